package starling.agent.compute;

import ai.onnxruntime.OnnxTensor;
import java.util.ArrayList;
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
        List<List<OnnxTensor>> placed = new ArrayList<>();
        boolean complete = false;
        try {
            for (List<Matrix> share : shares) {
                placed.add(multiplier.place(share));
            }
            complete = true;
        } finally {
            if (!complete) {
                placed.forEach(Multiplier::release);
            }
        }
        factors.put(factor, placed);
        sizes.put(factor, size);
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
            kept.forEach(Multiplier::release);
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
