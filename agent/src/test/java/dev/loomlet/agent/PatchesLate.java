package dev.loomlet.agent;

import dev.loomlet.Greenlet;
import dev.loomlet.Loomlet;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;

/** Patches a part, and then the rest, while a greenlet waits. */
final class PatchesLate {
  private PatchesLate() {}

  public static void main(String[] args) throws Exception {
    Loomlet.run(
        () -> {
          InetAddress local = InetAddress.getLoopbackAddress();
          try (ServerSocket server = new ServerSocket(0, 1, local);
              Socket client = new Socket(local, server.getLocalPort());
              Socket peer = server.accept()) {
            Greenlet<Integer> reader = Loomlet.spawn(() -> peer.getInputStream().read());
            Loomlet.sleep(5);
            System.out.println("sockets: " + Patch.report().of(Topic.SOCKETS).reason());
            PatchReport part = Patch.install(new PatchOptions(Set.of(Topic.SOCKETS)));
            System.out.println(
                (part.of(Topic.SOCKETS).patched() ? "sockets patched, names: " : "not, names: ")
                    + part.of(Topic.NAMES).reason());
            client.getOutputStream().write(7);
            System.out.println("read " + reader.get());
            StringBuilder left = new StringBuilder();
            for (PatchReport.Entry each : Patch.all().topics()) {
              if (!each.patched()) {
                left.append(each.topic().optionName()).append(": ").append(each.reason());
              }
            }
            System.out.println("all patched but " + left);
          }
        });
  }
}
