package dev.loomlet.bench;

import java.io.IOException;

/** A program that does nothing; with an argument only once it has got a byte, or its input ends. */
final class BareMain {
  private BareMain() {}

  static void main(String[] arguments) throws IOException {
    if (arguments.length > 0) {
      System.out.write('x');
      System.out.flush();
      int _ = System.in.read();
    }
  }
}
