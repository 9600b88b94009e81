package starling.models.training;

import java.nio.charset.StandardCharsets;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.CRC32C;
import starling.models.UnfitException;

/**
 * Which weights of which parameters may differ from zero. A weight outside its mask is exactly zero before the first step and
 * after every step. A parameter without a mask is free.
 */
public final class Masks {
    private final Map<String, BitSet> removed;
    private final Map<String, Integer> lengths;

    private Masks(Map<String, BitSet> removed, Map<String, Integer> lengths) {
        this.removed = removed;
        this.lengths = lengths;
    }

    /** Everything free. */
    public static Masks none() {
        return new Masks(Map.of(), Map.of());
    }

    /** Keeps what is not zero now: the form of a pruned network. */
    public static Masks ofZeros(Map<String, float[]> parameters) {
        Map<String, boolean[]> kept = new LinkedHashMap<>();
        parameters.forEach((name, values) -> {
            boolean[] mask = new boolean[values.length];
            for (int i = 0; i < mask.length; i++) {
                mask[i] = values[i] != 0;
            }
            kept.put(name, mask);
        });
        return of(kept);
    }

    /**
     * Given masks.
     *
     * @param kept for parameters by name, in row-major order, whether each weight is free
     */
    public static Masks of(Map<String, boolean[]> kept) {
        Map<String, BitSet> removed = new LinkedHashMap<>();
        Map<String, Integer> lengths = new LinkedHashMap<>();
        kept.forEach((name, mask) -> {
            BitSet zeros = new BitSet(mask.length);
            for (int i = 0; i < mask.length; i++) {
                zeros.set(i, !mask[i]);
            }
            removed.put(name, zeros);
            lengths.put(name, mask.length);
        });
        return new Masks(removed, lengths);
    }

    /**
     * Checks that the masks are for these parameters.
     *
     * @throws UnfitException naming the first that is not
     */
    void requireFor(Parameters parameters) {
        lengths.forEach((name, length) -> {
            if (!parameters.names().contains(name)) {
                throw new UnfitException("a mask must be for a parameter: '" + name + "' is none of "
                        + String.join(", ", parameters.names()));
            }
            int weights = parameters.values(name).length;
            if (weights != length) {
                throw new UnfitException("the mask of '" + name + "' must have an entry for each of its " + weights
                        + " weights: it has " + length);
            }
        });
    }

    /** What they leave free, in a few digits. */
    String digest() {
        CRC32C digest = new CRC32C();
        removed.forEach((name, zeros) -> {
            digest.update(name.getBytes(StandardCharsets.UTF_8));
            digest.update(zeros.toByteArray());
        });
        return removed.isEmpty() ? "none" : "of checksum " + Long.toHexString(digest.getValue());
    }

    /** Sets what is outside to zero. */
    void hold(String name, float[] values) {
        BitSet zeros = removed.get(name);
        if (zeros != null) {
            for (int i = zeros.nextSetBit(0); i >= 0; i = zeros.nextSetBit(i + 1)) {
                values[i] = 0;
            }
        }
    }
}
