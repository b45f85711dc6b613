package dev.loomlet.dns;

import java.net.InetAddress;
import org.xbill.DNS.ReverseMap;
import org.xbill.DNS.Type;

/**
 * What a server is asked.
 *
 * @param name valid, in lower case, without a dot at the end, but for the root, which is nothing
 *     else
 * @param type of record
 */
record Question(String name, int type) {

  static Question ipv4(String name) {
    return new Question(name, Type.A);
  }

  static Question ipv6(String name) {
    return new Question(name, Type.AAAA);
  }

  static Question nameOf(InetAddress address) {
    return new Question(ReverseMap.fromAddress(address).toString(true), Type.PTR);
  }

  @Override
  public String toString() {
    return Type.string(type) + " " + name;
  }
}
