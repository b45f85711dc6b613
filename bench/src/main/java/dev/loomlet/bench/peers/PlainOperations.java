package dev.loomlet.bench.peers;

import java.io.BufferedReader;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * Platform threads that do what the agent patches, and know of no loop: each line {@code socket
 * SECONDS} or {@code file SECONDS} is answered, in JSON, by the nanoseconds that one takes.
 */
public final class PlainOperations {
  private static final int BATCH = 100;

  private final Socket near;
  private final InputStream file;

  private PlainOperations(Socket near, InputStream file) {
    this.near = near;
    this.file = file;
  }

  /** Obeys until the end of its input. */
  public static void main(String[] args) throws IOException {
    if (Thread.currentThread().isVirtual()) {
      throw new IllegalStateException("this thread was to know of no loop");
    }
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        Socket near = new Socket(server.getInetAddress(), server.getLocalPort());
        Socket far = server.accept();
        InputStream file = new FileInputStream("/dev/zero")) {
      near.setTcpNoDelay(true);
      far.setTcpNoDelay(true);
      Thread.ofPlatform().daemon().start(() -> answer(far));
      PlainOperations operations = new PlainOperations(near, file);
      BufferedReader lines =
          new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
      for (String line; (line = lines.readLine()) != null; ) {
        String[] words = line.split(" ", -1);
        double nanos = operations.nanosEach(words[0], (long) (Double.parseDouble(words[1]) * 1e9));
        System.out.println(String.format(Locale.ROOT, "{\"ns\":%.2f}", nanos));
      }
    }
  }

  private static void answer(Socket far) {
    try {
      far.getInputStream().transferTo(far.getOutputStream());
    } catch (IOException e) {
      // The program ends.
    }
  }

  private double nanosEach(String what, long nanos) throws IOException {
    long start = System.nanoTime();
    long count = 0;
    long now;
    do {
      for (int i = 0; i < BATCH; i++) {
        if (what.equals("socket")) {
          thereAndBack();
        } else {
          readFile();
        }
      }
      count += BATCH;
      now = System.nanoTime();
    } while (now - start < nanos);
    return (double) (now - start) / count;
  }

  private void thereAndBack() throws IOException {
    OutputStream out = near.getOutputStream();
    out.write(1);
    if (near.getInputStream().read() != 1) {
      throw new IOException("another byte came back");
    }
  }

  private void readFile() throws IOException {
    if (file.read() != 0) {
      throw new IOException("not what is in the file");
    }
  }
}
