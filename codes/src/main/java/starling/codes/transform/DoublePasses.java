package starling.codes.transform;

import java.lang.reflect.InvocationTargetException;

/**
 * What a {@link WalshHadamard} transform of doubles is put together from. Every implementation adds and subtracts the same
 * pairs, stride 1 first, so that all give the same bits.
 */
interface DoublePasses {
    /** Numbers that are transformed at once, in the nearest cache. */
    int BLOCK = 4096;

    /** The whole transform of {@code x[from..from+n)}; n is a power of two, at most {@link #BLOCK}. */
    void block(double[] x, int from, int n);

    /**
     * The strides h to radix h / 2 in {@code x[from..from+radix*h)} for columns first to last, multiples of {@link #BLOCK};
     * the radix is what {@link #radix} says.
     */
    void columns(double[] x, int from, int h, int radix, int first, int last);

    /** How many parts of 1/radix the last pass over n &gt; {@link #BLOCK} numbers joins: 2, 4, 8 or 16. */
    int radix(int n);

    /** The fastest that this virtual machine offers: vector instructions where they are to be had. */
    static DoublePasses best() {
        if (VectorInstructions.offered()) {
            try {
                return Class.forName("starling.codes.transform.VectorDoublePasses")
                        .asSubclass(DoublePasses.class)
                        .getDeclaredConstructor()
                        .newInstance();
            } catch (ClassNotFoundException
                    | NoSuchMethodException
                    | InstantiationException
                    | IllegalAccessException
                    | InvocationTargetException
                    | LinkageError e) {
                return new ScalarDoublePasses();
            }
        }
        return new ScalarDoublePasses();
    }
}
