package dev.loomlet.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.FileDescriptor;
import java.lang.invoke.MethodType;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The system calls of the JDK's sockets that a simulation answers. */
final class NativeCallTest {
  /** Whose native methods are system calls. */
  private static final List<String> CLASSES =
      List.of(
          "DatagramChannelImpl",
          "DatagramDispatcher",
          "EPoll",
          "EventFD",
          "Net",
          "SocketDispatcher",
          "UnixDispatcher",
          "UnixDomainSockets");

  /** Never called on Linux. */
  private static final String ELSEWHERE = "sun.nio.ch.Net.discardOOB(Ljava/io/FileDescriptor;)Z";

  @ParameterizedTest
  @EnumSource(NativeCall.class)
  void theJdkHasIt(NativeCall call) {
    assertThat(call.isPresent()).as(call.fullName()).isTrue();
  }

  @Test
  void noneIsForgotten() throws Exception {
    // given
    Set<String> known =
        Arrays.stream(NativeCall.values()).map(NativeCall::fullName).collect(Collectors.toSet());

    // when
    List<String> forgotten =
        CLASSES.stream()
            .flatMap(NativeCallTest::systemCalls)
            .filter(each -> !known.contains(each))
            .toList();

    // then
    assertThat(forgotten).containsExactly(ELSEWHERE);
  }

  private static Stream<String> systemCalls(String name) {
    Class<?> type;
    try {
      type = Class.forName("sun.nio.ch." + name, false, null);
    } catch (ClassNotFoundException e) {
      throw new AssertionError(e);
    }
    return Arrays.stream(type.getDeclaredMethods())
        .filter(each -> Modifier.isNative(each.getModifiers()))
        .filter(NativeCallTest::usesDescriptor)
        .map(
            each ->
                type.getName()
                    + '.'
                    + each.getName()
                    + MethodType.methodType(each.getReturnType(), each.getParameterTypes())
                        .descriptorString());
  }

  /** By object, or by number. */
  private static boolean usesDescriptor(Method method) {
    List<Class<?>> parameters = List.of(method.getParameterTypes());
    return parameters.contains(FileDescriptor.class)
        || (parameters.size() > 0
            && parameters.getFirst() == int.class
            && !method.getName().endsWith("Value"));
  }
}
