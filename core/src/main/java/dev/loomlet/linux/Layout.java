package dev.loomlet.linux;

/**
 * Memory layouts that depend on the processor.
 *
 * @param epollEventSize bytes of a {@code struct epoll_event}: packed on x86-64 (epoll_ctl(2))
 * @param epollDataOffset where its {@code data} lies
 */
record Layout(int epollEventSize, int epollDataOffset) {
  private static final Layout PACKED = new Layout(12, 4);
  private static final Layout ALIGNED = new Layout(16, 8);

  /**
   * The layout of a processor.
   *
   * @param architecture as in the system property {@code os.arch}
   * @throws UnsupportedOperationException if its layouts are not known here
   */
  static Layout of(String architecture) {
    return switch (architecture) {
      case "amd64", "x86_64" -> PACKED;
      case "aarch64" -> ALIGNED;
      default ->
          throw new UnsupportedOperationException(
              "system call layouts are known for x86-64 and AArch64, not for " + architecture);
    };
  }
}
