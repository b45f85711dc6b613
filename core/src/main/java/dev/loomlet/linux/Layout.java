package dev.loomlet.linux;

/**
 * What depends on the processor.
 *
 * @param epollEventSize bytes of a {@code struct epoll_event}: packed on x86-64 (epoll_ctl(2))
 * @param epollDataOffset where its {@code data} lies
 * @param sendto number of the system call (syscalls(2))
 * @param recvfrom number of the system call
 */
record Layout(int epollEventSize, int epollDataOffset, long sendto, long recvfrom) {
  private static final Layout X86_64 = new Layout(12, 4, 44, 45);
  private static final Layout AARCH64 = new Layout(16, 8, 206, 207);

  /**
   * The layout of a processor.
   *
   * @param architecture as in the system property {@code os.arch}
   * @throws UnsupportedOperationException if its layouts are not known here
   */
  static Layout of(String architecture) {
    return switch (architecture) {
      case "amd64", "x86_64" -> X86_64;
      case "aarch64" -> AARCH64;
      default ->
          throw new UnsupportedOperationException(
              "system call layouts are known for x86-64 and AArch64, not for " + architecture);
    };
  }
}
