package starling.models.data;

import java.util.List;
import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.simple.RandomSource;

/**
 * Places of a target in a plane, uniform in [-1, 1] x [-1, 1], and whether they lie in a region: the task of two sensors that see
 * one coordinate each (thesis 6.5.1, setup 1; the thesis shows its region as a picture only, so this one is our own). The
 * region lies above the wave {@code y = 0.5 sin(3 x)}, without the disc of radius 0.35 around (0.4, 0.55) and with the one
 * around (-0.4, -0.55): about half of the plane. Always the same places, drawn from a fixed seed.
 */
final class Region {
    static final String NAME = "region";

    private static final int TRAIN = 20_000;
    private static final int TEST = 10_000;
    private static final long SEED = 63;

    private Region() {}

    static Samples samples(Split part) {
        UniformRandomProvider random = RandomSource.XO_SHI_RO_256_PP.create(SEED);
        float[] places = new float[2 * (TRAIN + TEST)];
        for (int i = 0; i < places.length; i++) {
            places[i] = 2 * random.nextFloat() - 1;
        }
        int from = part == Split.TEST ? TRAIN : 0;
        int to = part == Split.TRAIN ? TRAIN : TRAIN + TEST;
        float[] chosen = new float[2 * (to - from)];
        System.arraycopy(places, 2 * from, chosen, 0, chosen.length);
        int[] labels = new int[to - from];
        for (int i = 0; i < labels.length; i++) {
            labels[i] = inside(chosen[2 * i], chosen[2 * i + 1]) ? 1 : 0;
        }
        return new Samples(new int[] {2}, new Values.Floats(chosen), labels, List.of("outside", "inside"));
    }

    private static boolean inside(double x, double y) {
        if (Math.hypot(x - 0.4, y - 0.55) < 0.35) {
            return false;
        }
        return Math.hypot(x + 0.4, y + 0.55) < 0.35 || y > 0.5 * Math.sin(3 * x);
    }
}
