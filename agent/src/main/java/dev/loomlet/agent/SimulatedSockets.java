package dev.loomlet.agent;

import java.lang.classfile.ClassFile;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.net.SocketImpl;
import org.jspecify.annotations.Nullable;

/**
 * Makes sockets that the JDK takes for its own: {@code ServerSocket} asks for nobody's leave only
 * if they are of an interface that nobody else can name. So their class is written here.
 */
final class SimulatedSockets {
  private static final String NAME =
      SimulatedSockets.class.getPackageName() + ".SimulatedPlatformSocket";
  private static final ClassDesc OF_JDK = ClassDesc.of("sun.net.PlatformSocketImpl");
  private static final ClassDesc SOCKET = ClassDesc.of(SimulatedSocket.class.getName());

  private static volatile @Nullable MethodHandle maker;

  private SimulatedSockets() {}

  /** Defines their class, once; the JDK's packages must be open. */
  static void define() throws ReflectiveOperationException {
    if (maker != null) {
      return;
    }
    MethodHandles.Lookup own = MethodHandles.lookup();
    Class<?> type = own.defineClass(bytes());
    own.ensureInitialized(SimulatedSocket.class);
    maker =
        own.findConstructor(type, MethodType.methodType(void.class, boolean.class))
            .asType(MethodType.methodType(SocketImpl.class, boolean.class));
  }

  private static byte[] bytes() {
    MethodTypeDesc constructor = MethodTypeDesc.of(ConstantDescs.CD_void, ConstantDescs.CD_boolean);
    return ClassFile.of()
        .build(
            ClassDesc.of(NAME),
            builder ->
                builder
                    .withFlags(ClassFile.ACC_FINAL | ClassFile.ACC_SUPER)
                    .withSuperclass(SOCKET)
                    .withInterfaceSymbols(OF_JDK)
                    .withMethodBody(
                        ConstantDescs.INIT_NAME,
                        constructor,
                        0,
                        code ->
                            code.aload(0)
                                .iload(1)
                                .invokespecial(SOCKET, ConstantDescs.INIT_NAME, constructor)
                                .return_()));
  }

  /** In a simulation. */
  static SocketImpl make(boolean server) {
    MethodHandle made = maker;
    if (made == null) {
      throw new IllegalStateException("Patch.simulate was not called");
    }
    try {
      return (SocketImpl) made.invokeExact(server);
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }
}
