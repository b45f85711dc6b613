package dev.loomlet.bench.peers;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;

/**
 * A program that knows nothing of Loomlet: {@code java.net} sockets, a virtual thread for each
 * connection. Run as it is, or by {@code loomlet run}.
 */
public final class SocketEchoServer {
  private static final int BUFFER_SIZE = 4096;
  private static final int BACKLOG = 16384;

  private SocketEchoServer() {}

  /** Takes the port; never returns. */
  public static void main(String[] args) throws IOException {
    int port = Integer.parseInt(args[0]);
    try (ServerSocket listener =
        new ServerSocket(port, BACKLOG, InetAddress.getLoopbackAddress())) {
      System.out.println("listening on 127.0.0.1:" + listener.getLocalPort());
      while (true) {
        Socket socket = listener.accept();
        Thread.ofVirtual().start(() -> serve(socket));
      }
    }
  }

  private static void serve(Socket socket) {
    try (socket) {
      socket.setTcpNoDelay(true);
      InputStream in = socket.getInputStream();
      OutputStream out = socket.getOutputStream();
      byte[] bytes = new byte[BUFFER_SIZE];
      ByteBuffer view = ByteBuffer.wrap(bytes);
      for (int n; (n = in.read(bytes)) >= 0; ) {
        Upper.upper(view, 0, n);
        out.write(bytes, 0, n);
      }
    } catch (IOException e) {
      // The peer has gone; there is nobody to tell.
    }
  }
}
