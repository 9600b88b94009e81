package starling.codes.transform;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * The passes by vector instructions of the width that the processor prefers. Strides within a vector exchange its lanes and
 * add the vector with signs: b + a and a + (-b) have the bits of a + b and a - b. Only loaded where the module is present.
 */
final class VectorDoublePasses implements DoublePasses {
    private static final VectorSpecies<Double> SPECIES = DoubleVector.SPECIES_PREFERRED;
    private static final int LANES = SPECIES.length();
    private static final DoublePasses SCALAR = new ScalarDoublePasses();
    private static final VectorShuffle<Double> SWAP1 = swap(1);
    private static final VectorShuffle<Double> SWAP2 = swap(2);
    private static final VectorShuffle<Double> SWAP4 = swap(4);
    private static final VectorShuffle<Double> SWAP8 = swap(8);
    private static final DoubleVector SIGNS1 = signs(1);
    private static final DoubleVector SIGNS2 = signs(2);
    private static final DoubleVector SIGNS4 = signs(4);
    private static final DoubleVector SIGNS8 = signs(8);

    @Override
    public void block(double[] x, int from, int n) {
        if (n < 4 * LANES || LANES > 16) {
            SCALAR.block(x, from, n);
            return;
        }
        for (int start = from; start < from + n; start += 4 * LANES) {
            neighbours(x, start);
        }
        int h = 4 * LANES;
        for (; 8 * h <= n; h *= 8) {
            for (int start = from; start < from + n; start += 8 * h) {
                eights(x, start, h, 0, h);
            }
        }
        if (4 * h == n) {
            quads(x, from, h, 0, h);
        } else if (2 * h == n) {
            pairs(x, from, h, 0, h);
        }
    }

    @Override
    public void columns(double[] x, int from, int h, int radix, int first, int last) {
        switch (radix) {
            case 8 -> eights(x, from, h, first, last);
            case 4 -> quads(x, from, h, first, last);
            default -> pairs(x, from, h, first, last);
        }
    }

    /** Three strides at once: with sixteen vectors a pass is too long a method to be compiled well. */
    @Override
    public int radix(int n) {
        return switch (Integer.numberOfTrailingZeros(n / BLOCK) % 3) {
            case 0 -> 8;
            case 1 -> 2;
            default -> 4;
        };
    }

    private static DoubleVector within(DoubleVector v) {
        DoubleVector w = v;
        if (LANES > 1) {
            w = w.rearrange(SWAP1).add(w.mul(SIGNS1));
        }
        if (LANES > 2) {
            w = w.rearrange(SWAP2).add(w.mul(SIGNS2));
        }
        if (LANES > 4) {
            w = w.rearrange(SWAP4).add(w.mul(SIGNS4));
        }
        if (LANES > 8) {
            w = w.rearrange(SWAP8).add(w.mul(SIGNS8));
        }
        return w;
    }

    private static void pairs(double[] x, int from, int h, int first, int last) {
        for (int j = from + first; j < from + last; j += LANES) {
            DoubleVector a = DoubleVector.fromArray(SPECIES, x, j);
            DoubleVector b = DoubleVector.fromArray(SPECIES, x, j + h);
            a.add(b).intoArray(x, j);
            a.sub(b).intoArray(x, j + h);
        }
    }

    private static void quads(double[] x, int from, int h, int first, int last) {
        for (int j = from + first; j < from + last; j += LANES) {
            DoubleVector a0 = DoubleVector.fromArray(SPECIES, x, j);
            DoubleVector a1 = DoubleVector.fromArray(SPECIES, x, j + h);
            DoubleVector a2 = DoubleVector.fromArray(SPECIES, x, j + 2 * h);
            DoubleVector a3 = DoubleVector.fromArray(SPECIES, x, j + 3 * h);
            DoubleVector b0 = a0.add(a1);
            DoubleVector b1 = a0.sub(a1);
            DoubleVector b2 = a2.add(a3);
            DoubleVector b3 = a2.sub(a3);
            b0.add(b2).intoArray(x, j);
            b1.add(b3).intoArray(x, j + h);
            b0.sub(b2).intoArray(x, j + 2 * h);
            b1.sub(b3).intoArray(x, j + 3 * h);
        }
    }

    /** Strides 1 to 2 LANES of four neighbouring vectors. */
    private static void neighbours(double[] x, int j) {
        DoubleVector a0 = within(DoubleVector.fromArray(SPECIES, x, j));
        DoubleVector a1 = within(DoubleVector.fromArray(SPECIES, x, j + LANES));
        DoubleVector a2 = within(DoubleVector.fromArray(SPECIES, x, j + 2 * LANES));
        DoubleVector a3 = within(DoubleVector.fromArray(SPECIES, x, j + 3 * LANES));
        DoubleVector b0 = a0.add(a1);
        DoubleVector b1 = a0.sub(a1);
        DoubleVector b2 = a2.add(a3);
        DoubleVector b3 = a2.sub(a3);
        b0.add(b2).intoArray(x, j);
        b0.sub(b2).intoArray(x, j + 2 * LANES);
        b1.add(b3).intoArray(x, j + LANES);
        b1.sub(b3).intoArray(x, j + 3 * LANES);
    }

    /** Strides h to 4 h. */
    private static void eights(double[] x, int from, int h, int first, int last) {
        for (int j = from + first; j < from + last; j += LANES) {
            DoubleVector a0 = DoubleVector.fromArray(SPECIES, x, j);
            DoubleVector a1 = DoubleVector.fromArray(SPECIES, x, j + h);
            DoubleVector a2 = DoubleVector.fromArray(SPECIES, x, j + 2 * h);
            DoubleVector a3 = DoubleVector.fromArray(SPECIES, x, j + 3 * h);
            DoubleVector a4 = DoubleVector.fromArray(SPECIES, x, j + 4 * h);
            DoubleVector a5 = DoubleVector.fromArray(SPECIES, x, j + 5 * h);
            DoubleVector a6 = DoubleVector.fromArray(SPECIES, x, j + 6 * h);
            DoubleVector a7 = DoubleVector.fromArray(SPECIES, x, j + 7 * h);
            DoubleVector b0 = a0.add(a1);
            DoubleVector b1 = a0.sub(a1);
            DoubleVector b2 = a2.add(a3);
            DoubleVector b3 = a2.sub(a3);
            DoubleVector b4 = a4.add(a5);
            DoubleVector b5 = a4.sub(a5);
            DoubleVector b6 = a6.add(a7);
            DoubleVector b7 = a6.sub(a7);
            DoubleVector c0 = b0.add(b2);
            DoubleVector c2 = b0.sub(b2);
            DoubleVector c1 = b1.add(b3);
            DoubleVector c3 = b1.sub(b3);
            DoubleVector c4 = b4.add(b6);
            DoubleVector c6 = b4.sub(b6);
            DoubleVector c5 = b5.add(b7);
            DoubleVector c7 = b5.sub(b7);
            c0.add(c4).intoArray(x, j);
            c0.sub(c4).intoArray(x, j + 4 * h);
            c1.add(c5).intoArray(x, j + h);
            c1.sub(c5).intoArray(x, j + 5 * h);
            c2.add(c6).intoArray(x, j + 2 * h);
            c2.sub(c6).intoArray(x, j + 6 * h);
            c3.add(c7).intoArray(x, j + 3 * h);
            c3.sub(c7).intoArray(x, j + 7 * h);
        }
    }

    private static VectorShuffle<Double> swap(int distance) {
        return VectorShuffle.fromOp(SPECIES, lane -> (lane ^ distance) % LANES);
    }

    private static DoubleVector signs(int distance) {
        double[] signs = new double[LANES];
        for (int lane = 0; lane < LANES; lane++) {
            signs[lane] = (lane & distance) == 0 ? 1 : -1;
        }
        return DoubleVector.fromArray(SPECIES, signs, 0);
    }
}
