package dev.loomlet.agent;

import static java.lang.invoke.MethodType.methodType;

import java.io.FileDescriptor;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.classfile.TypeKind;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.lang.invoke.MethodType;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The system calls of the JDK's sockets, channels and selectors: its native methods, and what is
 * called in their place where a number is not the machine's ({@link VirtualCalls}).
 *
 * <p>All that is above them is the JDK's own then: time-outs, closing, interrupts and messages mean
 * what they mean elsewhere.
 */
@SuppressWarnings("ImmutableEnumChecker") // method types are immutable
enum NativeCall implements Hook {
  SOCKET("Net", "socket0", "socket", Choice.ANY, methodType(int.class, four(boolean.class))),
  BIND(
      "Net",
      "bind0",
      "bind",
      Choice.SOCKET,
      methodType(
          void.class,
          FileDescriptor.class,
          boolean.class,
          boolean.class,
          InetAddress.class,
          int.class)),
  LISTEN("Net", "listen", Choice.SOCKET, methodType(void.class, FileDescriptor.class, int.class)),
  CONNECT(
      "Net",
      "connect0",
      "connect",
      Choice.SOCKET,
      methodType(int.class, boolean.class, FileDescriptor.class, InetAddress.class, int.class)),
  ACCEPT(
      "Net",
      "accept",
      Choice.SOCKET,
      methodType(int.class, FileDescriptor.class, FileDescriptor.class, InetSocketAddress[].class)),
  SHUTDOWN(
      "Net", "shutdown", Choice.SOCKET, methodType(void.class, FileDescriptor.class, int.class)),
  LOCAL_PORT("Net", "localPort", Choice.NUMBER, methodType(int.class, FileDescriptor.class)),
  LOCAL_ADDRESS(
      "Net",
      "localInetAddress",
      Choice.NUMBER,
      methodType(InetAddress.class, FileDescriptor.class)),
  REMOTE_PORT("Net", "remotePort", Choice.NUMBER, methodType(int.class, FileDescriptor.class)),
  REMOTE_ADDRESS(
      "Net",
      "remoteInetAddress",
      Choice.NUMBER,
      methodType(InetAddress.class, FileDescriptor.class)),
  GET_OPTION(
      "Net",
      "getIntOption0",
      "getOption",
      Choice.NUMBER,
      methodType(int.class, FileDescriptor.class, boolean.class, int.class, int.class)),
  SET_OPTION(
      "Net",
      "setIntOption0",
      "setOption",
      Choice.NUMBER,
      methodType(
          void.class,
          FileDescriptor.class,
          boolean.class,
          int.class,
          int.class,
          int.class,
          boolean.class)),
  POLL_NOW(
      "Net",
      "poll",
      "pollNow",
      Choice.SOCKET,
      methodType(int.class, FileDescriptor.class, int.class, long.class)),
  POLL_CONNECT(
      "Net",
      "pollConnect",
      Choice.SOCKET,
      methodType(boolean.class, FileDescriptor.class, long.class)),
  AVAILABLE("Net", "available", Choice.SOCKET, methodType(int.class, FileDescriptor.class)),
  SEND_URGENT(
      "Net",
      "sendOOB",
      "sendUrgent",
      Choice.SOCKET,
      methodType(int.class, FileDescriptor.class, byte.class)),
  GROUP_4(
      "Net",
      "joinOrDrop4",
      "group4",
      Choice.SOCKET,
      methodType(int.class, boolean.class, FileDescriptor.class, int.class, int.class, int.class)),
  GROUP_6(
      "Net",
      "joinOrDrop6",
      "group6",
      Choice.SOCKET,
      methodType(
          int.class, boolean.class, FileDescriptor.class, byte[].class, int.class, byte[].class)),
  BLOCK_4(
      "Net",
      "blockOrUnblock4",
      "block4",
      Choice.SOCKET,
      methodType(int.class, boolean.class, FileDescriptor.class, int.class, int.class, int.class)),
  BLOCK_6(
      "Net",
      "blockOrUnblock6",
      "block6",
      Choice.SOCKET,
      methodType(
          int.class, boolean.class, FileDescriptor.class, byte[].class, int.class, byte[].class)),
  SET_INTERFACE_4(
      "Net",
      "setInterface4",
      "setInterface",
      Choice.NUMBER,
      methodType(void.class, FileDescriptor.class, int.class)),
  SET_INTERFACE_6(
      "Net",
      "setInterface6",
      "setInterface",
      Choice.NUMBER,
      methodType(void.class, FileDescriptor.class, int.class)),
  GET_INTERFACE_4(
      "Net",
      "getInterface4",
      "getInterface",
      Choice.NUMBER,
      methodType(int.class, FileDescriptor.class)),
  GET_INTERFACE_6(
      "Net",
      "getInterface6",
      "getInterface",
      Choice.NUMBER,
      methodType(int.class, FileDescriptor.class)),
  READ("SocketDispatcher", "read0", "read", Choice.SOCKET, moving(int.class)),
  READ_VECTOR("SocketDispatcher", "readv0", "readVector", Choice.SOCKET, moving(long.class)),
  WRITE("SocketDispatcher", "write0", "write", Choice.SOCKET, moving(int.class)),
  WRITE_VECTOR("SocketDispatcher", "writev0", "writeVector", Choice.SOCKET, moving(long.class)),
  READ_DATAGRAM("DatagramDispatcher", "read0", "read", Choice.SOCKET, moving(int.class)),
  READ_DATAGRAMS("DatagramDispatcher", "readv0", "readVector", Choice.SOCKET, moving(long.class)),
  WRITE_DATAGRAM("DatagramDispatcher", "write0", "write", Choice.SOCKET, moving(int.class)),
  WRITE_DATAGRAMS(
      "DatagramDispatcher", "writev0", "writeVector", Choice.SOCKET, moving(long.class)),
  REPLACE(
      "DatagramDispatcher",
      "dup0",
      "replace",
      Choice.NUMBER,
      methodType(void.class, FileDescriptor.class, FileDescriptor.class)),
  DISCONNECT(
      "DatagramChannelImpl",
      "disconnect0",
      "disconnect",
      Choice.SOCKET,
      methodType(void.class, FileDescriptor.class, boolean.class)),
  RECEIVE(
      "DatagramChannelImpl",
      "receive0",
      "receive",
      Choice.SOCKET,
      methodType(
          int.class, FileDescriptor.class, long.class, int.class, long.class, boolean.class)),
  SEND(
      "DatagramChannelImpl",
      "send0",
      "send",
      Choice.SOCKET,
      methodType(int.class, FileDescriptor.class, long.class, int.class, long.class, int.class)),
  CLOSE(
      "UnixDispatcher",
      "close0",
      "close",
      Choice.NUMBER,
      methodType(void.class, FileDescriptor.class)),
  PRE_CLOSE(
      "UnixDispatcher",
      "preClose0",
      "preClose",
      Choice.NUMBER,
      methodType(void.class, FileDescriptor.class)),
  CLOSE_NUMBER(
      "FileDispatcherImpl",
      "closeIntFD",
      "closeNumber",
      Choice.NUMBER,
      methodType(void.class, int.class)),
  CONFIGURE_BLOCKING(
      "IOUtil",
      "configureBlocking",
      Choice.NUMBER,
      methodType(void.class, FileDescriptor.class, boolean.class)),
  DRAIN("IOUtil", "drain", Choice.NUMBER, methodType(boolean.class, int.class)),
  PIPE("IOUtil", "makePipe", "pipe", Choice.ANY, methodType(long.class, boolean.class)),
  NEW_SELECTOR("EPoll", "create", "newSelector", Choice.ANY, methodType(int.class)),
  SELECT(
      "EPoll",
      "ctl",
      "select",
      Choice.NUMBER,
      methodType(int.class, int.class, int.class, int.class, int.class)),
  SELECT_NOW(
      "EPoll",
      "wait",
      "selectNow",
      Choice.SOCKET,
      methodType(int.class, int.class, long.class, int.class, int.class)),
  NEW_SIGNAL("EventFD", "eventfd0", "newSignal", Choice.ANY, methodType(int.class)),
  SIGNAL("EventFD", "set0", "signal", Choice.NUMBER, methodType(int.class, int.class)),
  UNIX_SOCKET("UnixDomainSockets", "socket0", "unixSocket", Choice.ANY, methodType(int.class)),
  UNIX_BIND(
      "UnixDomainSockets",
      "bind0",
      "unixBind",
      Choice.SOCKET,
      methodType(void.class, FileDescriptor.class, byte[].class)),
  UNIX_CONNECT(
      "UnixDomainSockets",
      "connect0",
      "unixConnect",
      Choice.SOCKET,
      methodType(int.class, FileDescriptor.class, byte[].class)),
  UNIX_ACCEPT(
      "UnixDomainSockets",
      "accept0",
      "unixAccept",
      Choice.SOCKET,
      methodType(int.class, FileDescriptor.class, FileDescriptor.class, Object[].class)),
  UNIX_ADDRESS(
      "UnixDomainSockets",
      "localAddress0",
      "unixAddress",
      Choice.NUMBER,
      methodType(byte[].class, FileDescriptor.class));

  /** Who is to answer. */
  private enum Choice {
    /** A simulation, if the caller is in one. */
    ANY,
    /** A simulation, if the number is one of its. */
    NUMBER,
    /** The same; and if the caller is in a simulation, the number must be. */
    SOCKET
  }

  static final String PACKAGE = "sun/nio/ch/";

  /** The classes of the JDK that call these. */
  static final List<String> CALLERS =
      List.of(
          "DatagramChannelImpl",
          "DatagramDispatcher",
          "DatagramSocketAdaptor",
          "EPollSelectorImpl",
          "EventFD",
          "Net",
          "NioSocketImpl",
          "PipeImpl",
          "ServerSocketChannelImpl",
          "SinkChannelImpl",
          "SocketChannelImpl",
          "SocketDispatcher",
          "SourceChannelImpl",
          "UnixDispatcher",
          "UnixDomainSockets");

  private static final Map<String, NativeCall> BY_CALL =
      Arrays.stream(values())
          .collect(
              Collectors.toMap(
                  each -> PACKAGE + each.owner + '.' + each.method + each.descriptorText(),
                  Function.identity()));

  private final String owner;
  private final String method;
  private final String hook;
  private final Choice choice;
  private final MethodType type;

  NativeCall(String owner, String method, Choice choice, MethodType type) {
    this(owner, method, method, choice, type);
  }

  NativeCall(String owner, String method, String hook, Choice choice, MethodType type) {
    this.owner = owner;
    this.method = method;
    this.hook = hook;
    this.choice = choice;
    this.type = type;
  }

  private static Class<?>[] four(Class<?> type) {
    return new Class<?>[] {type, type, type, type};
  }

  private static MethodType moving(Class<?> result) {
    return methodType(result, FileDescriptor.class, long.class, int.class);
  }

  private String descriptorText() {
    return type.descriptorString();
  }

  /** The one that an instruction calls, or null. */
  static @Nullable NativeCall of(InvokeInstruction call) {
    return BY_CALL.get(
        call.owner().asInternalName()
            + '.'
            + call.name().stringValue()
            + call.type().stringValue());
  }

  /** Its class, name, parameters and result. */
  String fullName() {
    return PACKAGE.replace('/', '.') + owner + '.' + method + descriptorText();
  }

  /** Whether this JDK has it, or its class inherits it. */
  boolean isPresent() {
    try {
      Class<?> type = Class.forName(PACKAGE.replace('/', '.') + owner, false, null);
      while (type != null) {
        for (Method each : type.getDeclaredMethods()) {
          if (each.getName().equals(method)
              && Modifier.isStatic(each.getModifiers())
              && methodType(each.getReturnType(), each.getParameterTypes()).equals(this.type)) {
            return true;
          }
        }
        type = type.getSuperclass();
      }
      return false;
    } catch (ClassNotFoundException e) {
      return false;
    }
  }

  @Override
  public String constant() {
    return "NATIVE_" + name();
  }

  @Override
  public Class<?> home() {
    return VirtualCalls.class;
  }

  @Override
  public String methodName() {
    return hook;
  }

  @Override
  public MethodType type() {
    return type;
  }

  @Override
  public String calledName() {
    return "native" + name();
  }

  /** Writes what stands in the place of its call, for which the arguments are on the stack. */
  void replace(CodeBuilder code, InvokeInstruction call) {
    MethodTypeDesc descriptor = descriptor();
    int[] slots = new int[descriptor.parameterCount()];
    for (int i = slots.length - 1; i >= 0; i--) {
      TypeKind kind = TypeKind.from(descriptor.parameterType(i));
      slots[i] = code.allocateLocal(kind);
      code.storeLocal(kind, slots[i]);
    }
    Label original = code.newLabel();
    Label end = code.newLabel();
    writeChoice(code, descriptor, slots);
    code.ifeq(original);
    load(code, descriptor, slots);
    call(code);
    code.goto_(end).labelBinding(original);
    load(code, descriptor, slots);
    code.with(call).labelBinding(end);
  }

  private static void load(CodeBuilder code, MethodTypeDesc descriptor, int[] slots) {
    for (int i = 0; i < slots.length; i++) {
      code.loadLocal(TypeKind.from(descriptor.parameterType(i)), slots[i]);
    }
  }

  private void writeChoice(CodeBuilder code, MethodTypeDesc descriptor, int[] slots) {
    if (choice == Choice.ANY) {
      HookMethod.IS_SIMULATED.call(code);
      return;
    }
    ClassDesc object = ClassDesc.of(FileDescriptor.class.getName());
    int index = descriptor.parameterList().indexOf(object);
    if (index >= 0) {
      code.aload(slots[index]);
      (choice == Choice.SOCKET ? HookMethod.SERVES_SOCKET : HookMethod.SERVES).call(code);
    } else {
      code.iload(slots[0]);
      (choice == Choice.SOCKET ? HookMethod.SERVES_SELECTOR : HookMethod.SERVES_NUMBER).call(code);
    }
  }
}
