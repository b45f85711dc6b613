package dev.loomlet;

import static dev.loomlet.Loomlet.moveOnAfter;
import static dev.loomlet.Loomlet.sleep;
import static dev.loomlet.Loomlet.spawn;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.loomlet.testing.OnEveryEngine;
import dev.loomlet.testing.TestLoop;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class TaskGroupTest {
  private static final Duration SOON = Duration.ofMillis(5);
  private static final Duration FOR_EVER = Duration.ofDays(1);

  @OnEveryEngine
  void waitsForAllChildren(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          List<Greenlet<Integer>> children = new ArrayList<>();

          // when
          String value =
              TaskGroup.call(
                  group -> {
                    for (int i = 0; i < 5; i++) {
                      int number = i;
                      children.add(
                          group.spawn(
                              () -> {
                                sleep(5 - number);
                                return number;
                              }));
                    }
                    assertThat(group.size()).isEqualTo(5);
                    return "block";
                  });

          // then
          assertThat(value).isEqualTo("block");
          assertThat(children).extracting(Greenlet::value).containsExactly(0, 1, 2, 3, 4);
        });
  }

  @OnEveryEngine
  void waitsForChildrenOfChildren(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          List<String> order = new ArrayList<>();

          // when
          TaskGroup.run(
              group ->
                  group.spawn(
                      () -> {
                        sleep(1);
                        group.spawn(
                            () -> {
                              sleep(1);
                              order.add("grandchild");
                            });
                      }));

          // then
          assertThat(order).containsExactly("grandchild");
        });
  }

  @OnEveryEngine
  void cancelsEverythingWhenAChildFailsAndThrowsItsError(TestLoop loop) throws Exception {
    IOException error = new IOException("broken");
    loop.run(
        () -> {
          // given
          List<String> order = new ArrayList<>();

          // when
          TaskGroupException thrown =
              catchThrowableOfType(
                  TaskGroupException.class,
                  () ->
                      TaskGroup.run(
                          group -> {
                            group.spawn(
                                () -> {
                                  try {
                                    sleep(FOR_EVER);
                                  } finally {
                                    order.add("sibling");
                                  }
                                });
                            group.spawn(() -> Thread.sleep(FOR_EVER));
                            group.spawn(
                                () -> {
                                  sleep(1);
                                  throw error;
                                });
                            try {
                              sleep(FOR_EVER);
                            } finally {
                              order.add("block");
                            }
                          }));

          // then
          assertThat(thrown.errors()).containsExactly(error);
          assertThat(thrown).hasCause(error).hasMessageContaining("broken");
          assertThat(order).containsExactlyInAnyOrder("sibling", "block");
          sleep(1);
        });
    assertThat(loop.uncaught()).isEmpty();
  }

  @OnEveryEngine
  void collectsAllErrors(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // when
          TaskGroupException thrown =
              catchThrowableOfType(
                  TaskGroupException.class,
                  () ->
                      TaskGroup.run(
                          group -> {
                            group.spawn(
                                () -> {
                                  sleep(1);
                                  throw new IOException("first");
                                });
                            group.spawn(
                                () -> {
                                  try {
                                    sleep(FOR_EVER);
                                  } catch (Cancelled e) {
                                    throw new IllegalStateException("in cleanup");
                                  }
                                });
                          }));

          // then
          assertThat(thrown.errors())
              .extracting(Throwable::getMessage)
              .containsExactly("first", "in cleanup");
          assertThat(thrown).hasMessageContaining("2 tasks").hasCauseInstanceOf(IOException.class);
          assertThat(thrown.getSuppressed()).hasSize(1);
        });
    assertThat(loop.uncaught()).isEmpty();
  }

  @OnEveryEngine
  void cancelsTheChildrenWhenTheBlockFails(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          IOException error = new IOException("block");
          AtomicReference<Greenlet<?>> child = new AtomicReference<>();

          // when / then
          assertThatThrownBy(
                  () ->
                      TaskGroup.run(
                          group -> {
                            child.set(group.spawn(() -> sleep(FOR_EVER)));
                            throw error;
                          }))
              .isInstanceOf(TaskGroupException.class)
              .hasCause(error);
          assertThat(child.get().isCancelled()).isTrue();
        });
  }

  @OnEveryEngine
  void takesACancelledChildForNoFailure(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          List<String> order = new ArrayList<>();

          // when
          TaskGroup.run(
              group -> {
                Greenlet<?> victim = group.spawn(() -> sleep(FOR_EVER));
                group.spawn(
                    () -> {
                      sleep(2);
                      order.add("sibling");
                    });
                sleep(1);
                victim.kill();
              });

          // then
          assertThat(order).containsExactly("sibling");
        });
  }

  @OnEveryEngine
  void endsQuietlyWhenItIsCancelled(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          List<Greenlet<?>> children = new ArrayList<>();

          // when: by the block, by a child, by a deadline
          TaskGroup.run(
              group -> {
                children.add(group.spawn(() -> sleep(FOR_EVER)));
                group.cancel();
              });
          TaskGroup.run(
              group -> {
                children.add(group.spawn(() -> sleep(FOR_EVER)));
                children.add(
                    group.spawn(
                        () -> {
                          group.cancel();
                          sleep(FOR_EVER);
                        }));
                sleep(FOR_EVER);
              });
          TaskGroup.run(
              group -> {
                group.scope().withDeadline(SOON);
                children.add(group.spawn(() -> Thread.sleep(FOR_EVER)));
              });

          // then
          assertThat(children).hasSize(4).allMatch(Greenlet::isCancelled);
          sleep(1);
        });
  }

  @OnEveryEngine
  void isCancelledByAScopeAroundIt(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          List<String> order = new ArrayList<>();

          // when
          boolean ended =
              moveOnAfter(
                  SOON,
                  () ->
                      TaskGroup.run(
                          group ->
                              group.spawn(
                                  () -> {
                                    try {
                                      TaskGroup.run(inner -> inner.spawn(() -> sleep(FOR_EVER)));
                                    } finally {
                                      order.add("child");
                                    }
                                  })));

          // then
          assertThat(ended).isFalse();
          assertThat(order).containsExactly("child");
        });
  }

  @OnEveryEngine
  void isEndedByAKillOfItsHost(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given: a host that waits for its children, whose cleanup takes a while and fails
          List<String> order = new ArrayList<>();
          Greenlet<?> host =
              spawn(
                  () ->
                      TaskGroup.run(
                          group ->
                              group.spawn(
                                  () -> {
                                    try {
                                      sleep(FOR_EVER);
                                    } catch (Cancelled e) {
                                      new CancelScope().withShield(true).run(() -> sleep(5));
                                      order.add("child");
                                      throw new IOException("cleanup");
                                    }
                                  })));
          sleep(1);

          // when
          host.kill();

          // then
          assertThat(order).containsExactly("child");
          assertThat(host.isCancelled()).isTrue();
          assertThat(host.exception().getSuppressed()).hasOnlyElementsOfType(IOException.class);
        });
  }

  @OnEveryEngine
  void givesWhatAChildSaysWhenItIsReady(TestLoop loop) throws Exception {
    loop.run(
        () ->
            TaskGroup.run(
                group -> {
                  // given
                  List<String> order = new ArrayList<>();

                  // when
                  int port =
                      group.start(
                          started -> {
                            sleep(1);
                            started.started(8080);
                            sleep(1);
                            order.add("goes on");
                          });

                  // then
                  assertThat(port).isEqualTo(8080);
                  assertThat(order).isEmpty();
                  assertThat(group.size()).isEqualTo(1);
                }));
  }

  @OnEveryEngine
  void givesTheStarterWhatGoesWrongBeforeAChildIsReady(TestLoop loop) throws Exception {
    loop.run(
        () ->
            TaskGroup.run(
                group -> {
                  // given
                  IOException error = new IOException("port is taken");

                  // when / then
                  assertThatThrownBy(
                          () ->
                              group.start(
                                  started -> {
                                    sleep(1);
                                    throw error;
                                  }))
                      .isSameAs(error);
                  assertThatThrownBy(() -> group.start(started -> {}))
                      .isInstanceOf(IllegalStateException.class)
                      .hasMessageContaining("without calling started");
                  sleep(1);
                }));
  }

  @OnEveryEngine
  void givesTheGroupWhatGoesWrongAfterAChildIsReady(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          IOException error = new IOException("later");

          // when / then
          assertThatThrownBy(
                  () ->
                      TaskGroup.run(
                          group ->
                              group.<String>start(
                                  started -> {
                                    started.started("ready");
                                    throw error;
                                  })))
              .hasCause(error);
          assertThatThrownBy(
                  () ->
                      TaskGroup.run(
                          group ->
                              group.<String>start(
                                  started -> {
                                    started.started("ready");
                                    started.started("again");
                                  })))
              .hasCauseInstanceOf(IllegalStateException.class);
        });
  }

  @OnEveryEngine
  void cancelsAChildWhoseStarterIsCancelled(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          List<String> order = new ArrayList<>();

          // when
          TaskGroup.run(
              group ->
                  moveOnAfter(
                      SOON,
                      () ->
                          group.<String>start(
                              started -> {
                                try {
                                  sleep(FOR_EVER);
                                } finally {
                                  order.add("child");
                                }
                              })));

          // then
          assertThat(order).containsExactly("child");
        });
  }

  @OnEveryEngine
  void refusesChildrenWhenItHasEnded(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          AtomicReference<TaskGroup> ended = new AtomicReference<>();
          TaskGroup.run(ended::set);

          // when / then
          assertThatThrownBy(() -> ended.get().spawn(() -> {}))
              .isInstanceOf(IllegalStateException.class)
              .hasMessageContaining("has ended");
        });
  }

  @OnEveryEngine
  void refusesChildrenFromOtherThreads(TestLoop loop) throws Exception {
    loop.run(
        () ->
            TaskGroup.run(
                group -> {
                  // given
                  AsyncResult<Boolean> result = new AsyncResult<>();

                  // when
                  Thread.ofPlatform()
                      .start(
                          () -> {
                            try {
                              group.spawn(() -> {});
                              result.set(true);
                            } catch (Throwable e) {
                              result.setException(e);
                            }
                          });

                  // then
                  assertThatThrownBy(result::get)
                      .hasCauseInstanceOf(IllegalStateException.class)
                      .hasMessageContaining("Loop.call");
                }));
  }

  @OnEveryEngine
  void startsCancelledChildrenThatAreSpawnedTooLate(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          List<String> order = new ArrayList<>();

          // when
          TaskGroup.run(
              group -> {
                group.cancel();
                group.spawn(() -> order.add("ran"));
              });

          // then
          assertThat(order).isEmpty();
        });
  }

  @Test
  void runsOnTheHubOfAPlainThread() throws Exception {
    // given
    List<String> order = new ArrayList<>();

    // when
    TaskGroup.run(
        group ->
            group.spawn(
                () -> {
                  sleep(1);
                  order.add("child");
                }));

    // then
    assertThat(order).containsExactly("child");
    assertThatThrownBy(
            () ->
                TaskGroup.run(
                    group -> {
                      throw new IOException("broken");
                    }))
        .isInstanceOf(TaskGroupException.class);
    Loop.currentOrNull().close(Duration.ZERO);
  }

  @OnEveryEngine
  void returnsWhatTheBlockReturnedAlsoIfItCancelledTheChildren(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // when
          Integer value =
              TaskGroup.call(
                  group -> {
                    group.spawn(() -> sleep(FOR_EVER));
                    group.cancel();
                    return 42;
                  });

          // then
          assertThat(value).isEqualTo(42);
        });
  }

  @OnEveryEngine
  void cancelsAChildWhoseStarterRunsOutOfTime(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          AtomicReference<Greenlet<?>> child = new AtomicReference<>();
          TaskGroup.Service<String> slow =
              started -> {
                child.set(Greenlet.current());
                sleep(FOR_EVER);
              };

          // when: only the child, not the group, is to end
          TaskGroup.run(
              group -> {
                Greenlet<?> starter =
                    spawn(
                        () -> {
                          try (dev.loomlet.Timeout limit = dev.loomlet.Timeout.start(SOON)) {
                            group.start(slow);
                          } catch (dev.loomlet.Timeout expected) {
                            // The starter goes on.
                          }
                        });
                starter.join();
              });

          // then
          assertThat(child.get().isDone()).isTrue();
        });
  }
}
