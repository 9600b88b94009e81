package starling.models.training;

import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.simple.RandomSource;

/** Independent streams of random numbers from one seed, so that any place of a run can be reached without the ones before. */
final class Seeds {
    /** What a stream is for. */
    enum Purpose {
        ORDER(1),
        AUGMENTATION(2),
        DROPOUT(3);

        private final int number;

        Purpose(int number) {
            this.number = number;
        }
    }

    private Seeds() {}

    /** The stream of a purpose at a place of the run. */
    static UniformRandomProvider stream(long seed, Purpose purpose, long epoch, long batch) {
        long mixed = mix(mix(mix(seed + purpose.number) + epoch) + batch);
        return RandomSource.XO_SHI_RO_256_PP.create(mixed);
    }

    /** The finaliser of SplitMix64 (Steele, Lea and Flood). */
    private static long mix(long value) {
        long z = value + 0x9e3779b97f4a7c15L;
        z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
        z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
        return z ^ (z >>> 31);
    }
}
