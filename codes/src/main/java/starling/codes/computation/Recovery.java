package starling.codes.computation;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a growing set of answers determines. Unknowns are the products of blocks; an answer is a known combination of them;
 * wanted are certain combinations. A wanted combination w is recovered when it lies in the span of the answers' rows G:
 * there are weights x with G^T x = w.
 *
 * <p>First peeling: an answer with one unknown left gives that unknown. What peeling leaves is decided by rank: rows are scaled by
 * their lengths, singular values below the largest divided by the limit count as zero, x is the solution of least length, refined
 * twice. It is accepted only if G^T x is w up to rounding and its {@link #condition} - by how much errors of answers are
 * magnified at most - is within the limit. So a piece is never reported as recovered because its row was nearly in the span: it is
 * {@link #refused} instead, until further answers make it better. Unknowns recovered by rank help to peel on.
 *
 * <p>Cost of an answer: O((r + v) d) for rank r, d unknowns and v wanted combinations, and where rank has to decide an SVD of what is not yet peeled, n d
 * min(n, d) for n answers. Not safe for use by several threads.
 */
public final class Recovery {
    /** How far a row may be from the span, relative to its length, to be tried at all: generous, the SVD decides. */
    private static final double NEAR = 1e-6;
    /** A single unknown is peeled only if its coefficient is at least this part of the row's largest. */
    private static final double LEAST_PIVOT = 0.1;

    private final int unknowns;
    private final List<double[]> wanted;
    private final double limit;
    private final List<double[]> rows = new ArrayList<>();
    private final Span span;
    /** Lengths of rows. */
    private final List<Double> norms = new ArrayList<>();
    /** How each unknown that is known follows from answers and other unknowns, else null. */
    private final @Nullable Step[] resolved;
    /** The same from answers alone. */
    private final double[] @Nullable [] expansions;

    /** What of each wanted combination lies outside the span of the answers. */
    private final List<double[]> outside = new ArrayList<>();

    private final BitSet known = new BitSet();
    private final @Nullable Step[] solved;
    private final BitSet recovered = new BitSet();
    private final BitSet refused = new BitSet();
    private final double[] refusedCondition;

    /**
     * Nothing known yet.
     *
     * @param unknowns number of unknowns
     * @param wanted combinations of the unknowns, none of them zero
     * @param limit of the condition, above 1
     */
    public Recovery(int unknowns, List<double[]> wanted, double limit) {
        this.unknowns = unknowns;
        this.wanted = List.copyOf(wanted);
        this.limit = limit;
        this.span = new Span(unknowns);
        this.resolved = new Step[unknowns];
        this.expansions = new double[unknowns][];
        this.solved = new Step[wanted.size()];
        this.refusedCondition = new double[wanted.size()];
        wanted.forEach(functional -> outside.add(functional.clone()));
    }

    /**
     * A value as a combination of answers and of unknowns that were known before.
     *
     * @param answers weights of answers, by number; answers beyond the end have none
     * @param unknowns weights of unknowns
     */
    @SuppressWarnings("ArrayRecordComponent") // read by the recovery that made it
    record Step(double[] answers, double[] unknowns) {}

    /**
     * Adds an answer.
     *
     * @param row its coefficients over the unknowns
     * @return its number: 0 for the first
     * @throws IllegalArgumentException if the number of coefficients is wrong or one is not finite
     */
    public int add(double[] row) {
        if (row.length != unknowns) {
            throw new IllegalArgumentException(
                    "an answer must have " + unknowns + " coefficients: it has " + row.length);
        }
        for (double coefficient : row) {
            if (!Double.isFinite(coefficient)) {
                throw new IllegalArgumentException("coefficients must be finite: one is " + coefficient);
            }
        }
        int number = rows.size();
        rows.add(row);
        norms.add(Span.norm(row));
        boolean news = span.add(row);
        if (news) {
            outside.forEach(span::projectLast);
        }
        if (recovered.cardinality() < wanted.size() && (news || !refused.isEmpty())) {
            Deque<Integer> again = new ArrayDeque<>();
            again.add(number);
            peel(again);
            decide();
        }
        return number;
    }

    /** Number of answers so far. */
    public int answers() {
        return rows.size();
    }

    /** Rank of the answers so far, with relative distances below 1e-9 taken as zero. */
    public int rank() {
        return span.rank();
    }

    /** Which wanted combinations are known, by number. */
    public BitSet recovered() {
        return (BitSet) recovered.clone();
    }

    /** Whether a wanted combination is known. */
    public boolean isRecovered(int number) {
        return recovered.get(number);
    }

    /** Which wanted combinations exact arithmetic would give but the limit of the condition forbids. */
    public BitSet refused() {
        return (BitSet) refused.clone();
    }

    /** The condition for which a combination is refused now; infinite where what is missing is below 1e-12. */
    public double refusedCondition(int number) {
        if (!refused.get(number)) {
            throw new IllegalArgumentException("combination " + number + " is not refused");
        }
        return refusedCondition[number];
    }

    /**
     * The weights over all answers that give a wanted combination.
     *
     * @throws IllegalArgumentException if it is not recovered
     */
    public double[] functional(int number) {
        return Arrays.copyOf(expansion(step(number)), rows.size());
    }

    /**
     * By how much errors of the answers, relative to the lengths of their rows, are magnified at most in a recovered combination,
     * relative to its length: sqrt(sum (x_i |G_i|)^2) / |w| for the weights x of {@link #functional}. 1 for an answer that is the
     * combination itself.
     *
     * @throws IllegalArgumentException if it is not recovered
     */
    public double condition(int number) {
        return condition(expansion(step(number)), wanted.get(number));
    }

    private double condition(double[] weights, double[] functional) {
        double sum = 0;
        for (int i = 0; i < weights.length; i++) {
            double part = weights[i] * norms.get(i);
            sum += part * part;
        }
        return Math.sqrt(sum) / Span.norm(functional);
    }

    /** A step's weights over answers alone. */
    private double[] expansion(Step step) {
        double[] total = Arrays.copyOf(step.answers(), rows.size());
        double[] coefficients = step.unknowns();
        for (int d = 0; d < coefficients.length; d++) {
            if (coefficients[d] != 0) {
                double[] part = Objects.requireNonNull(expansions[d]);
                for (int i = 0; i < part.length; i++) {
                    total[i] += coefficients[d] * part[i];
                }
            }
        }
        return total;
    }

    Step step(int number) {
        if (!recovered.get(number)) {
            throw new IllegalArgumentException("combination " + number + " is not recovered");
        }
        return Objects.requireNonNull(solved[number]);
    }

    Step unknownStep(int unknown) {
        return Objects.requireNonNull(resolved[unknown]);
    }

    private void peel(Deque<Integer> again) {
        while (!again.isEmpty()) {
            int number = again.poll();
            double[] row = rows.get(number);
            int left = -1;
            int count = 0;
            double largest = 0;
            for (int d = 0; d < unknowns; d++) {
                if (row[d] != 0) {
                    largest = Math.max(largest, Math.abs(row[d]));
                    if (!known.get(d)) {
                        left = d;
                        count++;
                    }
                }
            }
            if (count == 1 && Math.abs(row[left]) >= LEAST_PIVOT * largest) {
                double[] answers = new double[number + 1];
                answers[number] = 1 / row[left];
                double[] others = new double[unknowns];
                for (int d = 0; d < unknowns; d++) {
                    others[d] = d == left || row[d] == 0 ? 0 : -row[d] / row[left];
                }
                resolve(left, new Step(answers, others), again);
            }
        }
    }

    /** Makes an unknown known, unless its condition is beyond the limit, and names the rows that may now be peeled. */
    private void resolve(int unknown, Step step, Deque<Integer> again) {
        double[] expansion = expansion(step);
        double[] unit = new double[unknowns];
        unit[unknown] = 1;
        if (condition(expansion, unit) > limit) {
            return;
        }
        resolved[unknown] = step;
        expansions[unknown] = expansion;
        known.set(unknown);
        for (int i = 0; i < rows.size(); i++) {
            if (rows.get(i)[unknown] != 0) {
                again.add(i);
            }
        }
    }

    /** Takes what follows from known unknowns, then what the rank of the rest gives, until nothing new comes. */
    private void decide() {
        do {
            byKnown();
        } while (byRank());
    }

    private void byKnown() {
        for (int w = recovered.nextClearBit(0); w < wanted.size(); w = recovered.nextClearBit(w + 1)) {
            if (isKnown(wanted.get(w))) {
                find(w, new Step(new double[0], wanted.get(w)));
            }
        }
    }

    private boolean isKnown(double[] functional) {
        for (int d = 0; d < unknowns; d++) {
            if (functional[d] != 0 && !known.get(d)) {
                return false;
            }
        }
        return true;
    }

    /** Recovers a combination by a step, or refuses it. */
    private void find(int number, Step step) {
        double condition = condition(expansion(step), wanted.get(number));
        if (condition > limit) {
            refuse(number, condition);
        } else {
            solved[number] = step;
            recovered.set(number);
            refused.clear(number);
        }
    }

    private void refuse(int number, double condition) {
        refused.set(number);
        refusedCondition[number] = condition;
    }

    /** Whether a single unknown was found, so that others may follow from it. */
    private boolean byRank() {
        Reduced reduced = null;
        boolean found = false;
        for (int w = recovered.nextClearBit(0); w < wanted.size(); w = recovered.nextClearBit(w + 1)) {
            double[] functional = wanted.get(w);
            if (Span.norm(outside.get(w)) > NEAR * Span.norm(functional) || isKnown(functional)) {
                continue;
            }
            if (reduced == null) {
                reduced = Reduced.of(rows, norms, known, unknowns, limit);
            }
            Reduced.Solution solution = reduced.solve(functional);
            double[] weights = solution.weights();
            if (weights == null) {
                refuse(w, solution.condition());
                continue;
            }
            int single = single(functional);
            if (single < 0) {
                find(w, new Step(weights, solution.rest()));
                continue;
            }
            Deque<Integer> again = new ArrayDeque<>();
            resolve(single, scaled(weights, solution.rest(), 1 / functional[single]), again);
            if (known.get(single)) {
                find(w, new Step(new double[0], functional));
                peel(again);
                found = true;
            } else {
                refuse(w, solution.condition());
            }
        }
        return found;
    }

    private static Step scaled(double[] answers, double[] others, double factor) {
        return new Step(
                Arrays.stream(answers).map(weight -> weight * factor).toArray(),
                Arrays.stream(others).map(weight -> weight * factor).toArray());
    }

    /** The only unknown in a combination, or -1. */
    private static int single(double[] functional) {
        int place = -1;
        for (int d = 0; d < functional.length; d++) {
            if (functional[d] != 0) {
                if (place >= 0) {
                    return -1;
                }
                place = d;
            }
        }
        return place;
    }
}
