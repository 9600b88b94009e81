package starling.repurpose.assign;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import starling.models.UnfitException;
import starling.models.plan.Plan;

/**
 * What part of every unit space each worker carries, as positive shares; (1, 2, 1) gives worker 1 half of the units.
 *
 * <p>Shares become counts by largest remainder: with N units and shares s summing to S, worker k first gets
 * floor(N s[k] / S); the units left go one each to the largest fractional parts, ties to the lower worker number. The
 * arithmetic is exact on the shares' decimal notation, so 0.1 and 0.3 are one to three. A space with fewer units than workers
 * leaves some workers with none. Cost: O(P log P).
 */
public final class Capacities {
    private final List<BigDecimal> shares;
    private final BigDecimal sum;

    private Capacities(double[] shares) {
        List<BigDecimal> exact = new ArrayList<>();
        for (int k = 0; k < shares.length; k++) {
            if (!(shares[k] > 0) || !Double.isFinite(shares[k])) {
                String rule = shares[k] > 0 ? "finite" : "positive";
                throw new UnfitException("capacity shares must be " + rule + ": share " + (k + 1) + " of "
                        + shares.length + " is " + text(shares[k]));
            }
            exact.add(BigDecimal.valueOf(shares[k]));
        }
        this.shares = List.copyOf(exact);
        this.sum = exact.stream().reduce(BigDecimal.ZERO, BigDecimal::add);
    }

    /**
     * Shares for a stated number of workers.
     *
     * @throws UnfitException if there are more or fewer shares than workers, no worker or more than
     *     {@value Plan#MAX_WORKERS}, or a share is not positive and finite
     */
    public static Capacities of(int workers, double... shares) {
        checkWorkers(workers);
        if (shares.length != workers) {
            throw new UnfitException(
                    "there must be one capacity share per worker: " + shares.length + " for " + workers + " workers");
        }
        return new Capacities(shares);
    }

    /** The same share for every worker. */
    public static Capacities equal(int workers) {
        checkWorkers(workers);
        double[] shares = new double[workers];
        Arrays.fill(shares, 1);
        return new Capacities(shares);
    }

    /**
     * Reads shares as the option {@code --capacity} writes them: {@code 1,2,1}.
     *
     * @throws UnfitException as {@link #of}, and if a share is not a number
     */
    public static Capacities parse(int workers, String text) {
        String[] parts = text.split(",", -1);
        double[] shares = new double[parts.length];
        for (int k = 0; k < parts.length; k++) {
            try {
                shares[k] = new BigDecimal(parts[k].strip()).doubleValue();
            } catch (NumberFormatException e) {
                throw new UnfitException(
                        "capacity shares must be numbers: share " + (k + 1) + " of " + parts.length + " is '" + parts[k]
                                + "'",
                        e);
            }
        }
        return of(workers, shares);
    }

    /** P. */
    public int workers() {
        return shares.size();
    }

    /** Per worker its number of the given units; they add up to {@code units}. */
    public int[] counts(int units) {
        if (units < 0) {
            throw new UnfitException("a space cannot have fewer than 0 units: " + units);
        }
        int[] counts = new int[shares.size()];
        List<BigDecimal> remainders = new ArrayList<>();
        List<Integer> order = new ArrayList<>();
        int left = units;
        for (int k = 0; k < counts.length; k++) {
            BigDecimal[] parts =
                    shares.get(k).multiply(BigDecimal.valueOf(units)).divideAndRemainder(sum);
            counts[k] = parts[0].intValueExact();
            left -= counts[k];
            remainders.add(parts[1]);
            order.add(k);
        }
        order.sort((a, b) -> {
            int larger = remainders.get(b).compareTo(remainders.get(a));
            return larger != 0 ? larger : Integer.compare(a, b);
        });
        for (int k : order.subList(0, left)) {
            counts[k]++;
        }
        return counts;
    }

    /** Owners of units in their original order: the first counts[0] units to worker 0, the next to worker 1, and so on. */
    public int[] contiguousOwners(int units) {
        int[] counts = counts(units);
        int[] owner = new int[units];
        int from = 0;
        for (int k = 0; k < counts.length; k++) {
            Arrays.fill(owner, from, from + counts[k], k);
            from += counts[k];
        }
        return owner;
    }

    private static void checkWorkers(int workers) {
        if (workers < 1) {
            throw new UnfitException("there must be at least one worker: there are " + workers);
        }
        if (workers > Plan.MAX_WORKERS) {
            throw new UnfitException("there must be at most " + Plan.MAX_WORKERS + " workers: there are " + workers);
        }
    }

    /** Whole numbers without a decimal point. */
    private static String text(double share) {
        return share == Math.rint(share) && Math.abs(share) < 1e15
                ? Long.toString((long) share)
                : Double.toString(share);
    }
}
