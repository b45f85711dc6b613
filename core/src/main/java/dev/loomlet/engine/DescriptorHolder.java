package dev.loomlet.engine;

import java.io.IOException;

/** A socket behind which there may be a descriptor of the operating system. */
public interface DescriptorHolder {

  /**
   * A second descriptor for the same open file, which the caller has to close. It is non-blocking,
   * as the first one is. Does not wait.
   *
   * @throws UnsupportedOperationException if it has none of its own, or the engine does not know it
   * @throws DescriptorsExhaustedException if there is none left
   */
  default int duplicate() throws IOException {
    throw new UnsupportedOperationException(
        "this socket has no descriptor that could be passed; those of the engines of Linux have,"
            + " such as epoll");
  }
}
