package starling.codes.syndrome;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Codes that were built once and are used often, found by length and number of checks; of those not used for longest some are
 * forgotten. Both ends need the same seed. Safe for use by several threads, which wait while one builds.
 */
public final class LdpcShelf {
    private record Size(int length, int checks) {}

    private final long seed;
    private final Map<Size, LdpcCode> codes;

    /**
     * @param seed of all codes
     * @param most how many are kept, at least 1
     */
    public LdpcShelf(long seed, int most) {
        if (most < 1) {
            throw new IllegalArgumentException("a shelf keeps at least one code: " + most);
        }
        this.seed = seed;
        codes = new LinkedHashMap<>(16, 0.75f, true) {
            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<Size, LdpcCode> eldest) {
                return size() > most;
            }
        };
    }

    /** The code of this size, as {@link LdpcCode#of}. */
    public LdpcCode code(int length, int checks) {
        Size size = new Size(length, checks);
        synchronized (codes) {
            LdpcCode code = codes.get(size);
            if (code == null) {
                code = LdpcCode.of(length, checks, seed);
                codes.put(size, code);
            }
            return code;
        }
    }
}
