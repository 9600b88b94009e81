package starling.codes.transform;

/**
 * Whether this virtual machine makes instructions of its module of vectors: only the optimising compiler of HotSpot does. By
 * the other compiler ({@code -XX:TieredStopAtLevel=1}), an interpreter or an unknown machine the module works too, but some
 * eighty times slower than plain Java.
 */
final class VectorInstructions {
    private VectorInstructions() {}

    static boolean offered() {
        return ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent()
                && compiled(System.getProperty("java.vm.name", ""), System.getProperty("java.vm.info", ""));
    }

    /**
     * What a machine says of itself.
     *
     * @param name as {@code OpenJDK 64-Bit Server VM}
     * @param info as {@code mixed mode, sharing}, {@code mixed mode, emulated-client} or {@code interpreted mode}
     */
    static boolean compiled(String name, String info) {
        return name.contains("Server VM")
                && (info.contains("mixed mode") || info.contains("compiled mode"))
                && !info.contains("emulated-client");
    }
}
