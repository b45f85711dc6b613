package dev.loomlet.dns;

import dev.loomlet.AsyncResult;
import dev.loomlet.Cancelled;
import dev.loomlet.Greenlet;
import dev.loomlet.Loop;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A question from beginning to end. Confined to a loop.
 *
 * <p>It goes to the first server by UDP without a greenlet of its own, as nearly always the answer
 * is the next thing that happens. Whatever else happens is left to a greenlet, which goes on from
 * there by {@link Inquiry}.
 */
final class Query extends Places.Place {
  private final Loop loop;
  private final Inquiry inquiry;
  private final Question question;
  private final Listener listener;
  private final List<InetSocketAddress> servers;

  /** Hears of the end. */
  @FunctionalInterface
  interface Listener {
    /**
     * It is over.
     *
     * @param answer null if there is none
     */
    void ended(Query query, @Nullable Answer answer);
  }

  /** Ends when the answer is there. */
  final AsyncResult<Answer> answer;

  /** While the first attempt is under way. */
  private @Nullable UdpQuestion attempt;

  /** What goes on if that does not suffice. */
  private @Nullable Greenlet<?> greenlet;

  /**
   * Creates one that is not asked yet.
   *
   * @param listener told just before there is an answer, or that there will be none
   */
  Query(Loop loop, Inquiry inquiry, Question question, Listener listener) {
    this.loop = loop;
    this.inquiry = inquiry;
    this.question = question;
    this.listener = listener;
    this.servers = inquiry.servers();
    this.answer = new AsyncResult<>(question.name());
  }

  Question question() {
    return question;
  }

  /** Asks. Does not wait. */
  void begin() {
    if (inquiry.config().useTcp() || servers.isEmpty()) {
      goOn(null);
    } else {
      inquiry.places().take(this);
    }
  }

  /** Gives up, unless it is over. Does not wait. */
  void cancel() {
    Greenlet<?> asking = greenlet;
    if (asking != null) {
      asking.cancel(true);
    }
    UdpQuestion asked = attempt;
    if (asked != null) {
      attempt = null;
      inquiry.udp().forget(asked);
    }
    inquiry.places().giveBack(this);
  }

  @Override
  void granted() {
    long deadline = loop.clock().nanoTime() + inquiry.config().timeout().toNanos();
    Attempt asked = new Attempt(inquiry.ids().next(), deadline);
    attempt = asked;
    try {
      inquiry.udp().begin(servers.getFirst(), asked);
    } catch (IOException | RuntimeException e) {
      asked.failed(e);
    }
  }

  private final class Attempt extends UdpQuestion {
    Attempt(int id, long deadline) {
      super(Query.this.question, id, true, deadline);
    }

    @Override
    void replied(Reply reply) {
      attempt = null;
      boolean suffices = !reply.dislikesEdns() && !reply.isTruncated() && reply.refusal() == null;
      if (suffices && reply.interpret(question, 0) instanceof Answer found) {
        inquiry.places().giveBack(Query.this);
        end(found);
      } else {
        goOn(new Inquiry.FirstAttempt(Query.this, reply, null));
      }
    }

    @Override
    void failed(Throwable error) {
      attempt = null;
      if (error instanceof IOException failure) {
        goOn(new Inquiry.FirstAttempt(Query.this, null, failure));
      } else {
        // A bug, or the loop ends.
        inquiry.places().giveBack(Query.this);
        end(error);
      }
    }
  }

  private void goOn(Inquiry.@Nullable FirstAttempt made) {
    greenlet = loop.spawn("DNS question " + question, () -> run(made));
  }

  private void run(Inquiry.@Nullable FirstAttempt made) {
    try {
      end(inquiry.ask(question, servers, made));
    } catch (RuntimeException | Error e) {
      end(e);
    }
  }

  private void end(Answer found) {
    listener.ended(this, found);
    answer.set(found);
  }

  /** A bug, or cancelled: nobody waits any more, or the loop ends. */
  private void end(Throwable error) {
    listener.ended(this, null);
    if (error instanceof Cancelled) {
      answer.cancel(false);
    } else {
      answer.setException(error);
    }
  }
}
