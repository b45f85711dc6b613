package dev.loomlet.engine;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;

/** Names and addresses of hosts, as an engine without a system below it knows them. */
public interface HostNames {

  /**
   * All addresses of a host. Does not wait.
   *
   * @param name never an address literal
   * @return at least one
   * @throws UnknownHostException if there is no such host
   */
  List<InetAddress> addressesOf(String name) throws UnknownHostException;

  /**
   * The name of an address. Does not wait.
   *
   * @throws UnknownHostException if it has none
   */
  String nameOf(InetAddress address) throws UnknownHostException;
}
