package starling.agent.compute;

import ai.onnxruntime.OnnxTensor;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import starling.codes.computation.Matrix;

/** Shares that an agent keeps, within a bound. Of one thread. */
final class Shelf implements AutoCloseable {
    private final Multiplier multiplier;
    private final long bound;
    private final Map<Long, List<List<OnnxTensor>>> factors = new HashMap<>();
    private final Map<Long, Long> sizes = new HashMap<>();

    /**
     * Nothing is kept.
     *
     * @param bound bytes of all shares at most
     */
    Shelf(Multiplier multiplier, long bound) {
        this.multiplier = multiplier;
        this.bound = bound;
    }

    /** Bytes of all that is kept. */
    long bytes() {
        return sizes.values().stream().mapToLong(Long::longValue).sum();
    }

    /**
     * Keeps shares in place of what was kept under this number.
     *
     * @throws IllegalArgumentException if there is no room for them
     */
    void keep(long factor, List<List<Matrix>> shares) {
        drop(factor);
        long size = shares.stream()
                .flatMap(List::stream)
                .mapToLong(matrix -> (long) Double.BYTES * matrix.values().length)
                .sum();
        if (size > bound - bytes()) {
            throw new IllegalArgumentException("shares that are kept must have at most " + bound
                    + " bytes together (--memory): there are " + bytes() + " and " + size + " more");
        }
        try {
            factors.put(factor, placed(shares));
        } catch (OutOfMemoryError e) {
            throw new IllegalArgumentException(
                    "shares of " + size + " bytes must have room outside the heap (-XX:MaxDirectMemorySize): "
                            + e.getMessage(),
                    e);
        }
        sizes.put(factor, size);
    }

    private List<List<OnnxTensor>> placed(List<List<Matrix>> shares) {
        return shares.stream()
                .map(share -> share.stream().map(multiplier::place).toList())
                .toList();
    }

    private static void release(List<List<OnnxTensor>> placed) {
        placed.forEach(share -> share.forEach(OnnxTensor::close));
    }

    /** The shares of a factor; null if they are not kept. */
    @Nullable
    List<List<OnnxTensor>> find(long factor) {
        return factors.get(factor);
    }

    void drop(long factor) {
        List<List<OnnxTensor>> kept = factors.remove(factor);
        sizes.remove(factor);
        if (kept != null) {
            release(kept);
        }
    }

    void clear() {
        List.copyOf(factors.keySet()).forEach(this::drop);
    }

    @Override
    public void close() {
        clear();
    }
}
