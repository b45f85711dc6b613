package dev.loomlet.agent;

import static dev.loomlet.agent.Topic.FILES;
import static dev.loomlet.agent.Topic.NAMES;
import static dev.loomlet.agent.Topic.PROCESS;
import static dev.loomlet.agent.Topic.SOCKETS;
import static dev.loomlet.agent.Topic.STDIN;
import static java.lang.constant.ConstantDescs.CD_int;

import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Opcode;
import java.lang.constant.ClassDesc;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** Every method of the JDK that is touched. */
final class PatchPoints {
  private static final String POLLER = "sun.nio.ch.Poller";
  private static final String SELECTOR = "sun.nio.ch.EPollSelectorImpl";
  private static final String RESOLVER = "java.net.InetAddress$PlatformResolver";

  private static final Set<Topic> CLOSERS = EnumSet.of(SOCKETS, STDIN, PROCESS, FILES);

  private static final String BLOCKS = "the C library's resolver blocks its thread";
  private static final String CLOSE = "forgets the registration of a descriptor that is closed";

  private static final List<PatchPoint> WAITS =
      List.of(
          new PatchPoint(
              EnumSet.of(SOCKETS),
              POLLER,
              "poll",
              "(IIJLjava/util/function/BooleanSupplier;)V",
              "every blocking operation of a socket or channel waits here",
              code -> {
                code.iload(0).iload(1).lload(2).aload(4);
                returnIf(code, HookMethod.POLL);
              }),
          new PatchPoint(
              EnumSet.of(SOCKETS),
              POLLER,
              "pollSelector",
              "(IJ)V",
              "Selector.select waits here",
              code -> {
                code.iload(0).lload(1);
                returnIf(code, HookMethod.POLL_SELECTOR);
              }),
          new PatchPoint(
              EnumSet.of(SOCKETS),
              POLLER,
              "stopPoll",
              "(II)V",
              "close and shutdown end the waits of others here",
              code -> {
                code.iload(0).iload(1);
                HookMethod.STOP_POLL.call(code);
              }),
          transferringArray("tryRead", "reads into the caller's array", HookMethod.READ_SOCKET),
          transferringArray("tryWrite", "writes from the caller's array", HookMethod.WRITE_SOCKET),
          transferring("read", HookMethod.READ_SOCKET_TO),
          transferring("write", HookMethod.WRITE_SOCKET_FROM),
          gathering(),
          ending("sun.nio.ch.NioSocketImpl", "close", "()V"),
          ending("sun.nio.ch.NioSocketImpl", "shutdownOutput", "()V"),
          ending(
              "sun.nio.ch.SocketChannelImpl",
              "shutdownOutput",
              "()Ljava/nio/channels/SocketChannel;"),
          new PatchPoint(
              EnumSet.of(SOCKETS),
              POLLER + "$Pollers",
              "start",
              "()V",
              "the JDK's pollers, if anybody needs them, must not become greenlets",
              code -> {
                code.aload(0);
                returnIf(code, HookMethod.START_POLLERS);
              }),
          new PatchPoint(
              EnumSet.of(SOCKETS),
              "sun.nio.ch.UnixDispatcher",
              "close",
              "(Ljava/io/FileDescriptor;)V",
              CLOSE,
              code -> {
                code.aload(1);
                HookMethod.CLOSING.call(code);
              }),
          new PatchPoint(
              EnumSet.of(SOCKETS),
              "sun.nio.ch.DatagramDispatcher",
              "dup",
              "(Ljava/io/FileDescriptor;Ljava/io/FileDescriptor;)V",
              "DatagramChannel.disconnect puts another socket under the same number",
              code -> {
                code.aload(2);
                HookMethod.CLOSING.call(code);
              }),
          new PatchPoint(
              EnumSet.of(SOCKETS),
              SELECTOR,
              "processUpdateQueue",
              "()V",
              "who deals with what was selected before finishes first",
              code -> {
                code.aload(0);
                returnIf(code, HookMethod.POSTPONE_UPDATES);
              }),
          new PatchPoint(
              EnumSet.of(SOCKETS),
              SELECTOR,
              "wakeup",
              "()Ljava/nio/channels/Selector;",
              "a selector that lets others finish need not be told by its descriptor",
              code -> {
                code.aload(0);
                HookMethod.PUT_OFF_WAKE_UP.call(code);
                code.ifThen(done -> done.aload(0).areturn());
              }),
          new PatchPoint(
              EnumSet.of(SOCKETS),
              SELECTOR,
              "processEvents",
              "(ILjava/util/function/Consumer;)I",
              "what is read after that is read together",
              code -> {
                code.iload(1);
                HookMethod.SELECTED.call(code);
              }),
          new PatchPoint(
              EnumSet.of(SOCKETS),
              SELECTOR,
              "implClose",
              "()V",
              CLOSE,
              code -> {
                code.aload(0).getfield(ClassDesc.of(SELECTOR), "epfd", CD_int);
                HookMethod.CLOSING_NUMBER.call(code);
              }),
          new PatchPoint(
              CLOSERS,
              "java.io.FileDescriptor",
              "close",
              "()V",
              CLOSE,
              code -> {
                code.aload(0);
                HookMethod.CLOSING.call(code);
              }),
          new PatchPoint(
              CLOSERS,
              "java.io.FileCleanable",
              "performCleanup",
              "()V",
              CLOSE + " by the garbage collector",
              code -> {
                code.aload(0).getfield(ClassDesc.of("java.io.FileCleanable"), "fd", CD_int);
                HookMethod.CLOSING_NUMBER.call(code);
              }),
          new PatchPoint(
              EnumSet.of(NAMES),
              RESOLVER,
              "lookupByName",
              "(Ljava/lang/String;Ljava/net/spi/InetAddressResolver$LookupPolicy;)"
                  + "Ljava/util/stream/Stream;",
              BLOCKS,
              code -> {
                code.aload(0).aload(1).aload(2);
                returnFound(code, HookMethod.LOOK_UP, "java.util.stream.Stream");
              }),
          new PatchPoint(
              EnumSet.of(NAMES),
              RESOLVER,
              "lookupByAddress",
              "([B)Ljava/lang/String;",
              BLOCKS,
              code -> {
                code.aload(0).aload(1);
                returnFound(code, HookMethod.NAME_OF, "java.lang.String");
              }));

  static final List<PatchPoint> ALL =
      Stream.of(WAITS, StreamPoints.ALL, FilePoints.ALL, ThreadPoints.ALL)
          .flatMap(List::stream)
          .toList();

  private PatchPoints() {}

  private static PatchPoint transferringArray(String method, String does, HookMethod hook) {
    return new PatchPoint(
        EnumSet.of(SOCKETS),
        "sun.nio.ch.NioSocketImpl",
        method,
        "(Ljava/io/FileDescriptor;[BII)I",
        does + " by a cheaper call, and none where it would be in vain",
        code -> {
          code.aload(1).aload(2).iload(3).iload(4);
          returnUnlessLeft(code, hook);
        });
  }

  private static PatchPoint transferring(String method, HookMethod hook) {
    return new PatchPoint(
        EnumSet.of(SOCKETS),
        "sun.nio.ch.SocketDispatcher",
        method,
        "(Ljava/io/FileDescriptor;JI)I",
        "the same by a cheaper call",
        code -> {
          code.aload(1).lload(2).iload(4);
          returnUnlessLeft(code, hook);
        });
  }

  private static PatchPoint gathering() {
    return new PatchPoint(
        EnumSet.of(SOCKETS),
        "sun.nio.ch.SocketDispatcher",
        "writev",
        "(Ljava/io/FileDescriptor;JI)J",
        "several short buffers leave with what others write",
        code -> {
          code.aload(1).lload(2).iload(4);
          HookMethod.WRITE_SOCKET_PIECES.call(code);
          code.dup()
              .loadConstant(Hooks.LEFT)
              .ifThenElse(Opcode.IF_ICMPNE, done -> done.i2l().lreturn(), CodeBuilder::pop);
        });
  }

  private static PatchPoint ending(String type, String method, String descriptor) {
    return new PatchPoint(
        EnumSet.of(SOCKETS),
        type,
        method,
        descriptor,
        "what others have written goes before the end",
        code -> {
          code.aload(0).getfield(ClassDesc.of(type), "fd", ClassDesc.of("java.io.FileDescriptor"));
          HookMethod.FINISH_SEND.call(code);
        });
  }

  private static void returnUnlessLeft(CodeBuilder code, HookMethod hook) {
    hook.call(code);
    code.dup()
        .loadConstant(Hooks.LEFT)
        .ifThenElse(Opcode.IF_ICMPNE, CodeBuilder::ireturn, CodeBuilder::pop);
  }

  static void returnFound(CodeBuilder code, HookMethod hook, String type) {
    hook.call(code);
    code.dup()
        .ifThenElse(
            Opcode.IFNONNULL,
            found -> found.checkcast(ClassDesc.of(type)).areturn(),
            CodeBuilder::pop);
  }

  static void returnIf(CodeBuilder code, HookMethod hook) {
    hook.call(code);
    code.ifThen(CodeBuilder::return_);
  }
}
