package dev.loomlet.dns;

import java.io.IOException;
import java.net.InetSocketAddress;

/** Carries a question to a server, and its answer back. */
interface Exchange {

  /**
   * Asks a server. Waits.
   *
   * @param id the question's number
   * @param edns whether long answers are welcome
   * @return the first thing that came and was the answer
   * @throws java.net.SocketTimeoutException if none came in time
   * @throws dev.loomlet.Cancelled if the caller is cancelled; nothing is left open
   */
  Reply ask(InetSocketAddress server, Question question, int id, boolean edns) throws IOException;
}
