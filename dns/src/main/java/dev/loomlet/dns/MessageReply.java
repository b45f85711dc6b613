package dev.loomlet.dns;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.xbill.DNS.AAAARecord;
import org.xbill.DNS.ARecord;
import org.xbill.DNS.CNAMERecord;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.PTRRecord;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.SOARecord;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

/** Whatever a server may say, as dnsjava has read it. */
final class MessageReply implements Reply {
  /** Names that lead to names; the C library takes as many. */
  static final int MOST_ALIASES = 16;

  private final Message message;

  MessageReply(Message message) {
    this.message = message;
  }

  @Override
  public boolean isTruncated() {
    return message.getHeader().getFlag(Flags.TC);
  }

  @Override
  public boolean dislikesEdns() {
    int rcode = message.getRcode();
    return rcode == Rcode.FORMERR || rcode == Rcode.NOTIMP || rcode == Rcode.BADVERS;
  }

  @Override
  public @Nullable String refusal() {
    int rcode = message.getRcode();
    if (rcode != Rcode.NOERROR && rcode != Rcode.NXDOMAIN) {
      return Rcode.string(rcode);
    }
    boolean lame =
        rcode == Rcode.NOERROR
            && message.getSection(Section.ANSWER).isEmpty()
            && !message.getHeader().getFlag(Flags.AA)
            && !message.getHeader().getFlag(Flags.RA);
    return lame ? "an empty answer from a server that does not serve clients" : null;
  }

  @Override
  public Step interpret(Question question, int aliases) {
    Name name = Wire.name(question);
    List<Record> answers = message.getSection(Section.ANSWER);
    long ttl = Reply.MOST_SECONDS;
    int hops = aliases;
    while (true) {
      List<Record> wanted = records(answers, name, question.type());
      if (!wanted.isEmpty()) {
        return found(wanted, ttl);
      }
      List<Record> alias = records(answers, name, Type.CNAME);
      if (alias.isEmpty()) {
        break;
      }
      if (++hops > MOST_ALIASES) {
        return Answer.nothing(
            Answer.Status.REFUSED,
            0,
            "more than " + MOST_ALIASES + " aliases (CNAME) lead on from it, perhaps in a circle");
      }
      ttl = Math.min(ttl, ttl(alias.getFirst()));
      name = ((CNAMERecord) alias.getFirst()).getTarget();
    }
    SOARecord zone = zone();
    long negativeTtl =
        zone == null ? 0 : Math.min(ttl, Math.min(ttl(zone), Math.max(0, zone.getMinimum())));
    if (message.getRcode() == Rcode.NXDOMAIN) {
      return Answer.nothing(Answer.Status.NO_NAME, negativeTtl, "there is no such name (NXDOMAIN)");
    }
    if (hops > aliases && zone == null) {
      return new Step.Alias(name.toString(true).toLowerCase(Locale.ROOT), hops, ttl);
    }
    return Answer.nothing(
        Answer.Status.NO_DATA,
        negativeTtl,
        "the name is there, but has no " + Type.string(question.type()) + " record");
  }

  private static List<Record> records(List<Record> answers, Name name, int type) {
    List<Record> found = new ArrayList<>();
    for (Record each : answers) {
      if (each.getType() == type && each.getDClass() == DClass.IN && each.getName().equals(name)) {
        found.add(each);
      }
    }
    return found;
  }

  private static Answer found(List<Record> records, long most) {
    List<InetAddress> addresses = new ArrayList<>();
    List<String> names = new ArrayList<>();
    long ttl = most;
    for (Record each : records) {
      ttl = Math.min(ttl, ttl(each));
      switch (each) {
        case ARecord ipv4 -> addresses.add(ipv4.getAddress());
        case AAAARecord ipv6 -> addresses.add(ipv6.getAddress());
        case PTRRecord pointer -> names.add(pointer.getTarget().toString(true));
        default -> throw new IllegalStateException("nobody asks for " + each);
      }
    }
    return Answer.found(addresses, names, ttl);
  }

  private static long ttl(Record each) {
    return Reply.seconds(each.getTTL());
  }

  /** Says how long it holds that there is nothing (RFC 2308); null if nobody knows. */
  private @Nullable SOARecord zone() {
    for (Record each : message.getSection(Section.AUTHORITY)) {
      if (each instanceof SOARecord zone) {
        return zone;
      }
    }
    return null;
  }
}
