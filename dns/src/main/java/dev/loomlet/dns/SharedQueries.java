package dev.loomlet.dns;

import dev.loomlet.AsyncResult;
import dev.loomlet.Loop;
import java.util.HashMap;
import java.util.Map;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Questions under way, each asked once for all who want to know. Confined to a loop.
 *
 * <p>Who wants the answer holds a {@link Ticket} until he has it or does not want it any more; with
 * the last ticket the question is given up.
 */
final class SharedQueries {
  private final Loop loop;
  private final Inquiry inquiry;
  private final BiConsumer<Question, Answer> answered;
  private final Map<Question, Shared> queries = new HashMap<>();

  /**
   * Creates it with nothing under way.
   *
   * @param answered told each answer, before those who want to know
   */
  SharedQueries(Loop loop, Inquiry inquiry, BiConsumer<Question, Answer> answered) {
    this.loop = loop;
    this.inquiry = inquiry;
    this.answered = answered;
  }

  /** A question, and how many want to know. */
  private final class Shared implements Query.Listener {
    final Query query;
    int tickets;

    Shared(Question question) {
      this.query = new Query(loop, inquiry, question, this);
    }

    @Override
    public void ended(Query ended, @Nullable Answer answer) {
      queries.remove(ended.question(), this);
      if (answer != null) {
        answered.accept(ended.question(), answer);
      }
    }
  }

  /** The right to an answer. */
  final class Ticket implements AutoCloseable {
    private final Shared shared;
    private boolean closed;

    private Ticket(Shared shared) {
      this.shared = shared;
      shared.tickets++;
    }

    /** Ends when the answer is there. */
    AsyncResult<Answer> answer() {
      return shared.query.answer;
    }

    /** Gives the right back. Does not wait. Does nothing when repeated. */
    @Override
    public void close() {
      if (closed) {
        return;
      }
      closed = true;
      if (--shared.tickets == 0 && !answer().isDone()) {
        queries.remove(shared.query.question(), shared);
        shared.query.cancel();
      }
    }
  }

  /** Asks, unless somebody else asks already. Does not wait. */
  Ticket ask(Question question) {
    Shared known = queries.get(question);
    if (known != null) {
      return new Ticket(known);
    }
    Shared fresh = new Shared(question);
    queries.put(question, fresh);
    Ticket ticket = new Ticket(fresh);
    fresh.query.begin();
    return ticket;
  }
}
