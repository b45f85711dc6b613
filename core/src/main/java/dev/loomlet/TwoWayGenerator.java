package dev.loomlet;

import java.util.NoSuchElementException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A generator whose yields return what is sent to it, and that has a result; made by {@link
 * Generator#twoWay}. Python's generator with {@code send} and {@code return} (PEP 342 and 380).
 *
 * {@snippet :
 * TwoWayGenerator<Double, Double, Void> average = Generator.twoWay(out -> {
 *   double sum = 0;
 *   double mean = 0;
 *   for (int count = 1; ; count++) {
 *     sum += out.yield(mean);
 *     mean = sum / count;
 *   }
 * });
 * average.next(); // runs to the first yield
 * average.send(10.0); // 10.0
 * average.send(30.0); // 20.0
 * }
 *
 * @param <T> type of the values it yields
 * @param <S> type of the values it is sent
 * @param <R> type of its result
 */
public final class TwoWayGenerator<
        T extends @Nullable Object, S extends @Nullable Object, R extends @Nullable Object>
    extends Generator<T> {

  /**
   * The code of a generator that is sent values and has a result.
   *
   * @param <T> type of the values it yields
   * @param <S> type of the values it is sent
   * @param <R> type of its result
   */
  @FunctionalInterface
  public interface Body<
      T extends @Nullable Object, S extends @Nullable Object, R extends @Nullable Object> {

    /**
     * Produces all values.
     *
     * @param out takes them, and returns what is sent; of use only in this body
     * @return the result
     * @throws Exception whatever goes wrong; comes out of the step
     */
    R run(TwoWayYielder<T, S> out) throws Exception;
  }

  private @Nullable Body<T, S, R> body;
  private @Nullable Object result;
  private boolean hasResult;

  TwoWayGenerator(Body<T, S, R> body) {
    super(null);
    this.body = body;
  }

  /**
   * Has the yield where the body waits return a value, and runs the body up to its next yield.
   * {@link #next} is the same with null.
   *
   * @param value null in the first step, for the body does not wait at a yield yet
   * @return what it yields next
   * @throws NoSuchElementException if it has ended, now or before; its {@link #result} is there
   * @throws IllegalStateException if the first value is not null; after {@link #hasNext}, for the
   *     yield that would return the value is over; otherwise as {@link #next}
   */
  public T send(@Nullable S value) {
    return resume(value);
  }

  /**
   * What the body has returned; Python's {@code StopIteration.value}.
   *
   * @throws IllegalStateException if it has not ended, or not normally
   */
  @SuppressWarnings({"unchecked", "NullAway"}) // R says itself whether it may be null
  public R result() {
    if (!hasResult) {
      throw new IllegalStateException(
          isDone()
              ? "the generator was closed or has failed, so it has no result"
              : "the generator has not ended, so it has no result yet");
    }
    return (R) result;
  }

  @Override
  @Nullable Object call() throws Exception {
    return Objects.requireNonNull(body).run(new TwoWayYielder<>(this));
  }

  @Override
  void forget() {
    body = null;
  }

  @Override
  @Nullable Object returned() {
    return result;
  }

  @Override
  void keep(@Nullable Object value) {
    result = value;
    hasResult = true;
  }

  @Override
  boolean takesValues() {
    return true;
  }
}
