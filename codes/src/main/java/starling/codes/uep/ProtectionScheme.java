package starling.codes.uep;

import java.util.Locale;
import org.jspecify.annotations.Nullable;
import starling.codes.computation.ComputationCode;
import starling.codes.computation.Matrix;
import starling.codes.computation.Partition;
import starling.codes.threshold.UncodedCode;

/**
 * How a product is protected against stragglers (section VII-C of Tegin et al., Table VII): computed in one place, uncoded, every
 * block by several workers, or by windows of unequal protection over either partition. A code of windows is made anew for every
 * product, as the importance of blocks follows from the factors.
 */
public final class ProtectionScheme {
    private final String name;
    private final Partition partition;
    private final int workers;
    private final boolean awaited;
    private final int copies;
    private final @Nullable Windows windows;
    private final UepCode.@Nullable Pairing pairing;

    private ProtectionScheme(
            String name,
            Partition partition,
            int workers,
            boolean awaited,
            int copies,
            @Nullable Windows windows,
            UepCode.@Nullable Pairing pairing) {
        this.name = name;
        this.partition = partition;
        this.workers = workers;
        this.awaited = awaited;
        this.copies = copies;
        this.windows = windows;
        this.pairing = pairing;
    }

    /** No stragglers: the product is computed in one place and always there. */
    public static ProtectionScheme none() {
        return new ProtectionScheme("none", new Partition(1, 1, 1), 1, false, 1, null, null);
    }

    /** Each of the products that C is made of by one worker. */
    public static ProtectionScheme uncoded(Partition partition) {
        return new ProtectionScheme(
                "uncoded-" + form(partition), partition, ImportanceLevels.count(partition), true, 1, null, null);
    }

    /**
     * Each product by several workers, known when any of them has answered.
     *
     * @throws IllegalArgumentException if there is no copy
     */
    public static ProtectionScheme repetition(Partition partition, int copies) {
        if (copies < 1) {
            throw new IllegalArgumentException("every product must have at least one copy: " + copies);
        }
        return new ProtectionScheme(
                "repetition-" + form(partition),
                partition,
                copies * ImportanceLevels.count(partition),
                true,
                copies,
                null,
                null);
    }

    /**
     * Windows with answers that are combinations of products, as the paper analyses and simulates them.
     *
     * @throws IllegalArgumentException if classes do not hold the partition's products or there is no worker
     */
    public static ProtectionScheme idealised(Partition partition, Windows windows, int workers) {
        return windows("", partition, windows, workers, null);
    }

    /**
     * Windows with answers that are one product of combinations each, as (10) has it.
     *
     * @throws IllegalArgumentException if classes do not hold the partition's products or there is no worker
     */
    public static ProtectionScheme factorCoded(
            Partition partition, Windows windows, int workers, UepCode.Pairing pairing) {
        String how = partition.inner() == 1 ? "rectangles" : pairing.name().toLowerCase(Locale.ROOT);
        return windows("-factor-" + how, partition, windows, workers, pairing);
    }

    private static ProtectionScheme windows(
            String mode, Partition partition, Windows windows, int workers, UepCode.@Nullable Pairing pairing) {
        if (windows.products() != ImportanceLevels.count(partition)) {
            throw new IllegalArgumentException("classes must hold all " + ImportanceLevels.count(partition)
                    + " products: they hold " + windows.products());
        }
        if (workers < 1) {
            throw new IllegalArgumentException("there must be at least one worker: there are " + workers);
        }
        String kind = windows.kind() == Windows.Kind.EXPANDING ? "ew-" : "now-";
        return new ProtectionScheme(kind + form(partition) + mode, partition, workers, true, 1, windows, pairing);
    }

    private static String form(Partition partition) {
        return partition.inner() == 1 ? "rxc" : "cxr";
    }

    /** Short, for reports. */
    public String name() {
        return name;
    }

    /** How factors are cut. */
    public Partition partition() {
        return partition;
    }

    /** Number of workers. */
    public int workers() {
        return workers;
    }

    /** Whether a worker's answer is awaited at all: not where the product is computed in one place. */
    public boolean awaited() {
        return awaited;
    }

    /** Omega of Remark 1: products divided by workers. A worker's time is scaled by it, so that schemes have equal means to compute. */
    public double omega() {
        return awaited ? (double) ImportanceLevels.count(partition) / workers : 1;
    }

    /**
     * In which order rows and columns are cut: by norms where windows protect blocks of large norm, else as they are.
     *
     * @param even whether parts are of equal size up to one; if not, all are of the size of the first and the last ones may be of zeros
     */
    public NormOrder order(Matrix a, Matrix b, boolean even) {
        NormOrder order;
        if (windows == null) {
            order = NormOrder.none(a, b);
        } else {
            order = partition.inner() == 1 ? NormOrder.rowsTimesColumns(a, b) : NormOrder.columnsTimesRows(a, b);
        }
        return even ? order.spread(partition) : order;
    }

    /** The code for two factors, in their new order; one task for each worker. */
    public ComputationCode code(Matrix a, Matrix b, long seed) {
        if (windows == null) {
            return UncodedCode.repeated(partition, copies);
        }
        int[] classes = ImportanceLevels.of(partition, a, b, windows.sizes()).classes();
        UepCode family = new UepCode(partition, classes, windows, workers, seed);
        return pairing == null ? family.idealised() : family.factorCoded(pairing);
    }

    @Override
    public String toString() {
        return name;
    }
}
