package dev.loomlet;

import static dev.loomlet.Loomlet.sleep;
import static dev.loomlet.Loomlet.spawn;
import static org.assertj.core.api.Assertions.assertThat;

import dev.loomlet.testing.OnEveryEngine;
import dev.loomlet.testing.TestLoop;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Timeout;

/** Java's own locals are what gevent.local and contextvars are to a greenlet. */
@Timeout(60)
final class LocalsTest {
  private static final ThreadLocal<String> LOCAL = ThreadLocal.withInitial(() -> "initial");
  private static final InheritableThreadLocal<List<String>> INHERITED =
      new InheritableThreadLocal<>() {
        @Override
        protected List<String> childValue(List<String> parents) {
          return parents == null ? null : new ArrayList<>(parents);
        }
      };
  private static final ScopedValue<String> SCOPED = ScopedValue.newInstance();

  @OnEveryEngine
  void aThreadLocalIsLocalToTheGreenlet(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          LOCAL.set("of main");
          List<Greenlet<String>> greenlets = new ArrayList<>();
          for (String name : List.of("a", "b", "c")) {
            greenlets.add(
                spawn(
                    () -> {
                      String before = LOCAL.get();
                      LOCAL.set(name);
                      sleep(2);
                      return before + " " + LOCAL.get();
                    }));
          }

          // when / then
          assertThat(Loomlet.gather(greenlets))
              .containsExactly("initial a", "initial b", "initial c");
          assertThat(LOCAL.get()).isEqualTo("of main");
        });
    assertThat(LOCAL.get())
        .as("on the loop's thread, outside of the greenlets")
        .isEqualTo("initial");
  }

  @OnEveryEngine
  void anInheritableOneIsCopiedWhenAGreenletIsMade(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          INHERITED.set(new ArrayList<>(List.of("request 1")));
          Greenlet<List<String>> child =
              spawn(
                  () -> {
                    Loomlet.yield();
                    INHERITED.get().add("child");
                    return spawn(INHERITED::get).get();
                  });

          // when: after the copy was made, before the child runs
          INHERITED.get().add("main");

          // then
          assertThat(child.get()).containsExactly("request 1", "child");
          assertThat(INHERITED.get()).containsExactly("request 1", "main");
          assertThat(Loomlet.runInExecutor(INHERITED::get).get())
              .as("a pool's thread outlives the work")
              .isNull();
        });
  }

  @OnEveryEngine
  void aScopedValueIsBoundAcrossWaitsAndNotInherited(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          List<Greenlet<String>> greenlets = new ArrayList<>();
          for (String name : List.of("a", "b")) {
            greenlets.add(
                spawn(
                    () ->
                        ScopedValue.where(SCOPED, name)
                            .call(
                                () -> {
                                  sleep(2);
                                  boolean inherited = spawn(SCOPED::isBound).get();
                                  return SCOPED.get() + " " + inherited;
                                })));
          }
          assertThat(Loomlet.gather(greenlets)).containsExactly("a false", "b false");
          assertThat(SCOPED.isBound()).isFalse();
        });
  }

  @OnEveryEngine
  void valuesAreFreedWhenTheGreenletHasEnded(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          ThreadLocal<Object> local = new ThreadLocal<>();
          InheritableThreadLocal<Object> inherited = new InheritableThreadLocal<>();
          AsyncResult<Void> go = new AsyncResult<>();
          Greenlet<List<WeakReference<Object>>> greenlet =
              spawn(
                  () -> {
                    local.set(new Object());
                    inherited.set(new Object());
                    List<WeakReference<Object>> references =
                        List.of(
                            new WeakReference<>(local.get()), new WeakReference<>(inherited.get()));
                    spawn(() -> new CountDownLatch(0).await()).join();
                    go.get();
                    return references;
                  });
          Loomlet.yield();
          go.set(null);

          // when: the greenlet itself is still held
          List<WeakReference<Object>> references = greenlet.get();

          // then
          while (references.stream().anyMatch(each -> each.get() != null)) {
            System.gc();
            sleep(1);
          }
          assertThat(greenlet.isSuccessful()).isTrue();
        });
  }
}
