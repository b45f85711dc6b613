import org.h2.tools.Server;

/** H2 in memory, over TCP. It takes the port. */
public final class H2Server {
  private H2Server() {}

  public static void main(String[] args) throws Exception {
    Server server = Server.createTcpServer("-tcpPort", args[0], "-ifNotExists").start();
    System.out.println("listening on 127.0.0.1:" + server.getPort());
    Thread.currentThread().join();
  }
}
