package dev.loomlet.dns;

import dev.loomlet.AsyncResult;
import dev.loomlet.Cancelled;
import dev.loomlet.Greenlet;
import dev.loomlet.Loop;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Questions under way, each asked once for all who want to know. Confined to a loop.
 *
 * <p>Who wants the answer holds a {@link Ticket} until he has it or does not want it any more; with
 * the last ticket the greenlet that asks is cancelled.
 */
final class SharedQueries {

  /** How a question is asked. */
  @FunctionalInterface
  interface Asker {
    /** Asks. Waits. */
    Answer ask(Question question);
  }

  private final Loop loop;
  private final Asker asker;
  private final Map<Question, Query> queries = new HashMap<>();

  SharedQueries(Loop loop, Asker asker) {
    this.loop = loop;
    this.asker = asker;
  }

  private final class Query {
    final Question question;
    final AsyncResult<Answer> answer;
    final Greenlet<?> greenlet;
    int tickets;

    Query(Question question) {
      this.question = question;
      this.answer = new AsyncResult<>("the answer to " + question);
      this.greenlet = loop.spawn("DNS question " + question, this::run);
    }

    private void run() {
      try {
        answer.set(asker.ask(question));
      } catch (RuntimeException | Error e) {
        // A bug, or cancelled: nobody waits any more, or the loop ends.
        if (e instanceof Cancelled) {
          answer.cancel(false);
        } else {
          answer.setException(e);
        }
      } finally {
        queries.remove(question, this);
      }
    }
  }

  /** The right to an answer. */
  final class Ticket implements AutoCloseable {
    private final Query query;
    private boolean closed;

    private Ticket(Query query) {
      this.query = query;
      query.tickets++;
    }

    /** Ends when the answer is there. */
    AsyncResult<Answer> answer() {
      return query.answer;
    }

    /** Gives the right back. Does not wait. Does nothing when repeated. */
    @Override
    public void close() {
      if (closed) {
        return;
      }
      closed = true;
      if (--query.tickets == 0 && !query.answer.isDone()) {
        queries.remove(query.question, query);
        query.greenlet.cancel(true);
      }
    }
  }

  /** Asks, unless somebody else asks already. Does not wait. */
  Ticket ask(Question question) {
    @Nullable Query query = queries.get(question);
    if (query == null) {
      query = new Query(question);
      queries.put(question, query);
    }
    return new Ticket(query);
  }

  int size() {
    return queries.size();
  }
}
