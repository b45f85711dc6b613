package dev.loomlet.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loomlet.Greenlet;
import dev.loomlet.Loomlet;
import dev.loomlet.net.NameResolver;
import dev.loomlet.net.Resolvers;
import java.net.InetAddress;
import java.net.StandardProtocolFamily;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Names that {@code InetAddress} looks up for greenlets. */
class PatchedNameTest {
  private static final InetAddress FOUR = InetAddress.ofLiteral("192.0.2.7");
  private static final InetAddress SIX = InetAddress.ofLiteral("2001:db8::7");

  @BeforeAll
  static void patch() {
    assertThat(Patch.all().of(Topic.NAMES).patched()).isTrue();
  }

  @AfterEach
  void useTheUsualResolver() {
    Resolvers.setDefault(null);
  }

  /** Knows two names and an address, and never answers to a third name. */
  private static final class Known implements NameResolver {
    final List<String> asked = new ArrayList<>();

    @Override
    public List<InetAddress> lookup(String name) throws UnknownHostException {
      asked.add(name);
      if (name.startsWith("slow")) {
        Loomlet.sleep(60_000);
      }
      if (!name.endsWith("both.test")) {
        throw new UnknownHostException("nobody knows " + name);
      }
      Loomlet.sleep(1);
      return List.of(FOUR, SIX);
    }

    @Override
    public List<InetAddress> lookup(String name, StandardProtocolFamily family)
        throws UnknownHostException {
      return lookup(name);
    }

    @Override
    public String reverse(InetAddress address) throws UnknownHostException {
      Loomlet.sleep(1);
      if (!address.equals(FOUR)) {
        throw new UnknownHostException("no name");
      }
      return "reverse.both.test";
    }
  }

  @Test
  void namesAndAddressesAreLookedUpByTheResolverOfLoomletsOwnSockets() throws Exception {
    Resolvers.setDefault(new Known());
    Loomlet.run(
        () -> {
          assertThat(InetAddress.getAllByName("both.test")).containsExactly(FOUR, SIX);
          assertThat(InetAddress.getByAddress(FOUR.getAddress()).getCanonicalHostName())
              .isEqualTo("reverse.both.test");
          assertThat(InetAddress.getByAddress(SIX.getAddress()).getHostName())
              .isEqualTo(SIX.getHostAddress());
          assertThatThrownBy(() -> InetAddress.getByName("unknown.test"))
              .isInstanceOf(UnknownHostException.class)
              .hasMessageContaining("unknown.test");
        });
  }

  @Test
  void aLookupThatIsGivenUpIsOver() throws Exception {
    Resolvers.setDefault(new Known());
    Loomlet.run(
        () -> {
          Greenlet<?> asking = Loomlet.spawn(() -> InetAddress.getByName("slow.test"));
          Loomlet.sleep(5);
          asking.kill();
          assertThat(asking.isDone()).isTrue();
        });
  }

  @Test
  void theSystemsResolverGetsAHelperThread() throws Exception {
    Resolvers.setDefault(Resolvers.system());
    Loomlet.run(
        () -> {
          assertThat(InetAddress.getByName("localhost").isLoopbackAddress()).isTrue();
          assertThat(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}).getHostName())
              .isNotEmpty();
        });
  }

  /** Looks a name up in its static initialiser, where no greenlet can wait. */
  private static final class LooksUpWhenInitialised {
    static final boolean VALUE = lookUp();

    private static boolean lookUp() {
      try {
        // In letters that nobody has asked for yet, so that the JDK has no answer kept.
        return InetAddress.getByName("LocalHost").isLoopbackAddress();
      } catch (UnknownHostException e) {
        throw new AssertionError(e);
      }
    }
  }

  @Test
  void aPinnedThreadAsksTheSystemInPlace() throws Exception {
    Known known = new Known();
    Resolvers.setDefault(known);
    assertThat(Loomlet.run(() -> LooksUpWhenInitialised.VALUE)).isTrue();
    assertThat(known.asked).isEmpty();
  }
}
