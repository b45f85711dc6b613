package dev.loomlet.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.opentest4j.TestAbortedException;

/** The ring itself, without an engine. */
@EnabledOnOs(OS.LINUX)
@Timeout(30)
final class RingTest {
  private static final long SECOND = 1_000_000_000;

  /** A completion that was taken. */
  private record Completion(long data, int result, int flags) {
    boolean hasMore() {
      return (flags & RingOpcode.HAS_MORE) != 0;
    }

    int buffer() {
      return flags >>> 16;
    }
  }

  private final SystemCalls calls = new SystemCalls();
  private final Arena arena = Arena.ofShared();
  private final List<Integer> descriptors = new ArrayList<>();
  private Ring ring;

  @BeforeEach
  void open() throws RingRefusedException {
    try {
      ring = Ring.open(8, 16);
    } catch (RingRefusedException e) {
      if (e.errno() == Errno.EPERM || e.errno() == Errno.ENOSYS) {
        throw new TestAbortedException("no io_uring here: " + e.getMessage());
      }
      throw e;
    }
  }

  @AfterEach
  void close() {
    if (ring != null) {
      ring.close();
    }
    descriptors.forEach(SystemCalls::close);
    arena.close();
  }

  private List<Completion> take() {
    List<Completion> taken = new ArrayList<>();
    while (ring.next()) {
      taken.add(new Completion(ring.data(), ring.result(), ring.flags()));
    }
    return taken;
  }

  /** Collects until there are so many completions. */
  private List<Completion> take(int count) {
    List<Completion> taken = new ArrayList<>(take());
    while (taken.size() < count) {
      int entered = ring.enter(10 * SECOND);
      assertThat(entered).isGreaterThanOrEqualTo(0);
      taken.addAll(take());
    }
    return taken;
  }

  /** Two ends of a TCP connection; the near one first. */
  private int[] connection() {
    InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    int family = SystemCalls.familyOf(any);
    int listener = kept(calls.streamSocket(family));
    assertThat(calls.bind(listener, any)).isZero();
    assertThat(calls.listen(listener, 1)).isZero();
    int near = kept(calls.streamSocket(family));
    calls.connect(near, Objects.requireNonNull(calls.localAddress(listener)));
    int far = calls.accept(listener);
    while (far == -Errno.EAGAIN) {
      Thread.onSpinWait();
      far = calls.accept(listener);
    }
    return new int[] {near, kept(far)};
  }

  private int kept(int descriptor) {
    assertThat(descriptor).isPositive();
    descriptors.add(descriptor);
    return descriptor;
  }

  private MemorySegment text(String text) {
    return arena.allocateFrom(text);
  }

  private void send(int descriptor, String text) {
    assertThat(calls.send(descriptor, text(text).address(), text.length()))
        .isEqualTo(text.length());
  }

  private void prepareReceive(int descriptor, BufferRing buffers, long data) {
    ring.prepare(RingOpcode.RECV, descriptor, 0, 0, data);
    ring.modify(RingOpcode.BUFFER_SELECT, RingOpcode.RECV_MULTISHOT);
    ring.buffers(buffers.group(), 0);
  }

  @Test
  void completesEachSubmissionWithItsDataInOrder() {
    // given: more than either queue holds at once, and data that uses all bits
    long high = 0xfedc_ba98_0000_0000L;

    // when
    List<Completion> taken = new ArrayList<>();
    for (int i = 0; i < 1_000; i++) {
      ring.prepare(RingOpcode.NOP, -1, 0, 0, high + i);
      if (i % 7 == 0) {
        ring.enter();
        taken.addAll(take());
      }
    }
    ring.enter();
    taken.addAll(take());

    // then
    assertThat(taken).hasSize(1_000);
    for (int i = 0; i < 1_000; i++) {
      assertThat(taken.get(i)).isEqualTo(new Completion(high + i, 0, 0));
    }
    assertThat(ring.pending()).isZero();
  }

  @Test
  void losesNoCompletionWhenTheirQueueIsFull() {
    // given: three times as many as it holds, none taken
    for (int i = 0; i < 48; i++) {
      ring.prepare(RingOpcode.NOP, -1, 0, 0, i);
      ring.submit();
    }

    // when
    List<Completion> taken = new ArrayList<>(take());
    assertThat(taken).hasSizeLessThan(48);
    while (ring.hasWork()) {
      ring.enter();
      taken.addAll(take());
    }

    // then
    assertThat(taken).extracting(Completion::data).hasSize(48).doesNotHaveDuplicates();
  }

  @Test
  void reportsAnErrorAsANegativeResult() {
    ring.prepare(RingOpcode.READ, 1_000_000, arena.allocate(8).address(), 8, 1);
    assertThat(take(1)).containsExactly(new Completion(1, -Errno.EBADF, 0));
  }

  @Test
  void readsWhatArrivesWhileItWaits() {
    // given
    int[] pair = connection();
    MemorySegment target = arena.allocate(16);
    ring.prepare(RingOpcode.RECV, pair[1], target.address(), 16, 5);
    ring.enter();
    assertThat(take()).isEmpty();

    // when
    send(pair[0], "hello");

    // then
    assertThat(take(1)).containsExactly(new Completion(5, 5, 0));
    assertThat(target.getString(0)).isEqualTo("hello");
  }

  @Test
  void waitsNoLongerThanItWasTold() {
    long start = System.nanoTime();
    int result = ring.enter(5_000_000);
    assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(5_000_000);
    assertThat(result).isEqualTo(-Errno.ETIME);
  }

  @Test
  void receivesIntoBuffersOfARingUntilThereAreNone() {
    // given: two buffers, and three messages
    BufferRing buffers = Objects.requireNonNull(ring.newBufferRing(3, 4));
    MemorySegment memory = arena.allocate(200);
    buffers.add(memory.address(), 100, 700);
    buffers.add(memory.address() + 100, 100, 65_535);
    buffers.publish();
    int[] pair = connection();
    prepareReceive(pair[1], buffers, 1);
    ring.enter();

    // when / then: each message has a buffer of its own
    send(pair[0], "one");
    Completion first = take(1).getFirst();
    assertThat(first.result()).isEqualTo(3);
    assertThat(first.hasMore()).isTrue();
    assertThat(first.buffer()).isEqualTo(700);
    send(pair[0], "four");
    Completion second = take(1).getFirst();
    assertThat(second.result()).isEqualTo(4);
    assertThat(second.buffer()).isEqualTo(65_535);
    assertThat(memory.getString(100)).isEqualTo("four");

    // when / then: without a buffer the operation ends and the bytes stay in the socket
    send(pair[0], "later");
    Completion third = take(1).getFirst();
    assertThat(third.result()).isEqualTo(-Errno.ENOBUFS);
    assertThat(third.hasMore()).isFalse();

    // when / then: with a buffer it goes on
    buffers.add(memory.address(), 100, 700);
    buffers.publish();
    prepareReceive(pair[1], buffers, 2);
    assertThat(take(1).getFirst().result()).isEqualTo(5);
    assertThat(memory.getString(0)).isEqualTo("later");
  }

  @Test
  void goesRoundItsBuffersForEver() {
    BufferRing buffers = Objects.requireNonNull(ring.newBufferRing(0, 2));
    MemorySegment memory = arena.allocate(64);
    int[] pair = connection();
    buffers.add(memory.address(), 64, 0);
    buffers.publish();
    prepareReceive(pair[1], buffers, 1);
    for (int i = 0; i < 70_000; i++) { // the tail has 16 bits
      memory.set(ValueLayout.JAVA_BYTE, 0, (byte) 0);
      send(pair[0], "x");
      Completion received = take(1).getFirst();
      assertThat(received.result()).isEqualTo(1);
      assertThat(received.hasMore()).isTrue();
      assertThat(memory.get(ValueLayout.JAVA_BYTE, 0)).isEqualTo((byte) 'x');
      buffers.add(memory.address(), 64, 0);
      buffers.publish();
    }
  }

  @Test
  void givesTwoCompletionsForACancelledOperationInEitherOrder() {
    // given
    int[] pair = connection();
    ring.prepare(RingOpcode.RECV, pair[1], arena.allocate(8).address(), 8, 1);
    ring.enter();

    // when: the cancellation is not told to be silent
    ring.prepare(RingOpcode.ASYNC_CANCEL, -1, 1, 0, 2);
    Map<Long, Integer> results = new HashMap<>();
    take(2).forEach(each -> results.put(each.data(), each.result()));

    // then
    assertThat(results).isEqualTo(Map.of(1L, -Errno.ECANCELED, 2L, 0));
    send(pair[0], "still there");
    assertThat(calls.receive(pair[1], arena.allocate(20).address(), 20)).isEqualTo(11);
  }

  @Test
  void cancelsInSilenceUnlessThereIsNothingToCancel() {
    int[] pair = connection();
    ring.prepare(RingOpcode.RECV, pair[1], arena.allocate(8).address(), 8, 1);
    ring.enter();
    ring.prepareCancel(1, 2);
    assertThat(take(1)).containsExactly(new Completion(1, -Errno.ECANCELED, 0));
    ring.prepareCancel(1, 3);
    assertThat(take(1)).containsExactly(new Completion(3, -Errno.ENOENT, 0));
  }

  @Test
  void isWokenByAnotherThread() throws Exception {
    if (!ring.enableWake(-1)) {
      throw new TestAbortedException("this kernel cannot wake a ring by a message");
    }
    take(1); // it tries itself out
    for (int i = 0; i < 100; i++) {
      Thread other = Thread.ofPlatform().start(ring::wake);
      assertThat(take(1)).extracting(Completion::data).containsExactly(-1L);
      other.join();
    }
  }

  @Test
  void saysWhichOperationsTheKernelKnows() {
    assertThat(ring.supports(RingOpcode.NOP)).isTrue();
    assertThat(ring.supports(127)).isFalse();
  }

  @Test
  void failsOnDemand() {
    System.setProperty(Ring.FAIL_PROPERTY, "ENOMEM");
    try {
      assertThatThrownBy(() -> Ring.open(8, 16))
          .isInstanceOfSatisfying(
              RingRefusedException.class, e -> assertThat(e.errno()).isEqualTo(Errno.ENOMEM));
    } finally {
      System.clearProperty(Ring.FAIL_PROPERTY);
    }
  }

  @Test
  void refusesUseAfterClose() {
    ring.close();
    ring.close();
    assertThatThrownBy(() -> ring.prepare(RingOpcode.NOP, -1, 0, 0, 1))
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> ring.enter(1)).isInstanceOf(IllegalStateException.class);
    assertThat(ring.next()).isFalse();
  }
}
