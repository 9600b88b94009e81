package starling.codes.transform;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * The passes by vector instructions of the width that the processor prefers. Strides within a vector exchange its lanes and
 * add the vector with signs: b + a and a + (-b) have the bits of a + b and a - b. Only loaded where the module is present.
 */
final class VectorFloatPasses implements FloatPasses {
    private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    private static final int LANES = SPECIES.length();
    private static final FloatPasses SCALAR = new ScalarFloatPasses();
    private static final VectorShuffle<Float> SWAP1 = swap(1);
    private static final VectorShuffle<Float> SWAP2 = swap(2);
    private static final VectorShuffle<Float> SWAP4 = swap(4);
    private static final VectorShuffle<Float> SWAP8 = swap(8);
    private static final FloatVector SIGNS1 = signs(1);
    private static final FloatVector SIGNS2 = signs(2);
    private static final FloatVector SIGNS4 = signs(4);
    private static final FloatVector SIGNS8 = signs(8);

    @Override
    public void block(float[] x, int from, int n) {
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
    public void columns(float[] x, int from, int h, int radix, int first, int last) {
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

    private static FloatVector within(FloatVector v) {
        FloatVector w = v;
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

    private static void pairs(float[] x, int from, int h, int first, int last) {
        for (int j = from + first; j < from + last; j += LANES) {
            FloatVector a = FloatVector.fromArray(SPECIES, x, j);
            FloatVector b = FloatVector.fromArray(SPECIES, x, j + h);
            a.add(b).intoArray(x, j);
            a.sub(b).intoArray(x, j + h);
        }
    }

    private static void quads(float[] x, int from, int h, int first, int last) {
        for (int j = from + first; j < from + last; j += LANES) {
            FloatVector a0 = FloatVector.fromArray(SPECIES, x, j);
            FloatVector a1 = FloatVector.fromArray(SPECIES, x, j + h);
            FloatVector a2 = FloatVector.fromArray(SPECIES, x, j + 2 * h);
            FloatVector a3 = FloatVector.fromArray(SPECIES, x, j + 3 * h);
            FloatVector b0 = a0.add(a1);
            FloatVector b1 = a0.sub(a1);
            FloatVector b2 = a2.add(a3);
            FloatVector b3 = a2.sub(a3);
            b0.add(b2).intoArray(x, j);
            b1.add(b3).intoArray(x, j + h);
            b0.sub(b2).intoArray(x, j + 2 * h);
            b1.sub(b3).intoArray(x, j + 3 * h);
        }
    }

    /** Strides 1 to 2 LANES of four neighbouring vectors. */
    private static void neighbours(float[] x, int j) {
        FloatVector a0 = within(FloatVector.fromArray(SPECIES, x, j));
        FloatVector a1 = within(FloatVector.fromArray(SPECIES, x, j + LANES));
        FloatVector a2 = within(FloatVector.fromArray(SPECIES, x, j + 2 * LANES));
        FloatVector a3 = within(FloatVector.fromArray(SPECIES, x, j + 3 * LANES));
        FloatVector b0 = a0.add(a1);
        FloatVector b1 = a0.sub(a1);
        FloatVector b2 = a2.add(a3);
        FloatVector b3 = a2.sub(a3);
        b0.add(b2).intoArray(x, j);
        b0.sub(b2).intoArray(x, j + 2 * LANES);
        b1.add(b3).intoArray(x, j + LANES);
        b1.sub(b3).intoArray(x, j + 3 * LANES);
    }

    /** Strides h to 4 h. */
    private static void eights(float[] x, int from, int h, int first, int last) {
        for (int j = from + first; j < from + last; j += LANES) {
            FloatVector a0 = FloatVector.fromArray(SPECIES, x, j);
            FloatVector a1 = FloatVector.fromArray(SPECIES, x, j + h);
            FloatVector a2 = FloatVector.fromArray(SPECIES, x, j + 2 * h);
            FloatVector a3 = FloatVector.fromArray(SPECIES, x, j + 3 * h);
            FloatVector a4 = FloatVector.fromArray(SPECIES, x, j + 4 * h);
            FloatVector a5 = FloatVector.fromArray(SPECIES, x, j + 5 * h);
            FloatVector a6 = FloatVector.fromArray(SPECIES, x, j + 6 * h);
            FloatVector a7 = FloatVector.fromArray(SPECIES, x, j + 7 * h);
            FloatVector b0 = a0.add(a1);
            FloatVector b1 = a0.sub(a1);
            FloatVector b2 = a2.add(a3);
            FloatVector b3 = a2.sub(a3);
            FloatVector b4 = a4.add(a5);
            FloatVector b5 = a4.sub(a5);
            FloatVector b6 = a6.add(a7);
            FloatVector b7 = a6.sub(a7);
            FloatVector c0 = b0.add(b2);
            FloatVector c2 = b0.sub(b2);
            FloatVector c1 = b1.add(b3);
            FloatVector c3 = b1.sub(b3);
            FloatVector c4 = b4.add(b6);
            FloatVector c6 = b4.sub(b6);
            FloatVector c5 = b5.add(b7);
            FloatVector c7 = b5.sub(b7);
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

    private static VectorShuffle<Float> swap(int distance) {
        return VectorShuffle.fromOp(SPECIES, lane -> (lane ^ distance) % LANES);
    }

    private static FloatVector signs(int distance) {
        float[] signs = new float[LANES];
        for (int lane = 0; lane < LANES; lane++) {
            signs[lane] = (lane & distance) == 0 ? 1 : -1;
        }
        return FloatVector.fromArray(SPECIES, signs, 0);
    }
}
