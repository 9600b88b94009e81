package starling.codes.computation;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Takes the answers of one job in any order and says after each what is known. An answer that cannot be used is refused with
 * its reason and changes nothing. Decoding reads the answers' matrices and makes new ones; the cost is one pass over them per
 * known piece. Not safe for use by several threads.
 */
public final class JobDecoder {
    private final ComputationCode code;
    private final long job;
    private final int rows;
    private final int columns;
    private final Recovery recovery;
    private final List<Matrix> values = new ArrayList<>();
    private final Set<List<Integer>> answered = new HashSet<>();

    /**
     * A decoder that has no answer yet.
     *
     * @param code of the job
     * @param job its number
     * @param rows of C
     * @param columns of C
     */
    public JobDecoder(ComputationCode code, long job, int rows, int columns) {
        this.code = code;
        this.job = job;
        this.rows = rows;
        this.columns = columns;
        this.recovery = code.recovery();
    }

    /**
     * Takes an answer.
     *
     * @return which pieces it made known
     * @throws RefusedAnswerException if it is of another job or an unknown task, came before, has the wrong shape or a number
     *     that is not finite; nothing has changed then
     */
    public BitSet accept(Answer answer) {
        check(answer);
        BitSet before = pieces();
        answered.add(List.of(answer.worker(), answer.task()));
        values.add(answer.value());
        recovery.add(code.functional(answer.worker(), answer.task()));
        BitSet news = pieces();
        news.andNot(before);
        return news;
    }

    private void check(Answer answer) {
        if (answer.job() != job) {
            throw new RefusedAnswerException(
                    RefusedAnswerException.Reason.OTHER_JOB,
                    "answers must be of job " + job + ": this one is of job " + answer.job());
        }
        int worker = answer.worker();
        int task = answer.task();
        if (worker < 0
                || worker >= code.workers().size()
                || task < 0
                || task >= code.workers().get(worker).size()) {
            throw new RefusedAnswerException(
                    RefusedAnswerException.Reason.UNKNOWN_TASK,
                    "answers must be of a task of the job: there is no task " + task + " of worker " + worker);
        }
        if (answered.contains(List.of(worker, task))) {
            throw new RefusedAnswerException(
                    RefusedAnswerException.Reason.TWICE,
                    "a task must be answered once: task " + task + " of worker " + worker + " was before");
        }
        Partition partition = code.partition();
        Matrix value = answer.value();
        int height = partition.blockRows(rows);
        int width = partition.blockColumns(columns);
        if (value.rows() != height || value.columns() != width) {
            throw new RefusedAnswerException(
                    RefusedAnswerException.Reason.SHAPE,
                    "answers must be of " + height + " x " + width + " numbers: that of worker " + worker + " is of "
                            + value);
        }
        if (!Finite.all(value.values(), 1)) {
            throw new RefusedAnswerException(
                    RefusedAnswerException.Reason.NOT_FINITE,
                    "answers must be finite: that of worker " + worker + " has " + Finite.odd(value.values()));
        }
    }

    /** Which pieces are known, by number. */
    public BitSet pieces() {
        return code.pieces(recovery);
    }

    /** Whether all of C is known. */
    public boolean complete() {
        return code.complete(recovery);
    }

    /** Number of answers taken. */
    public int answers() {
        return values.size();
    }

    /**
     * The weights over all answers, in the order in which they came, that give a piece.
     *
     * @throws IllegalArgumentException if the piece is not known
     */
    public double[] functional(int piece) {
        return recovery.functional(piece);
    }

    /** Which pieces exact arithmetic would give but the limit of the condition forbids. */
    public BitSet refused() {
        return recovery.refused().get(0, code.pieces().size());
    }

    /** What is known, whenever it is asked for, on one thread. Pieces that are not known count as zero. */
    public Decoded decode() {
        return decode(1);
    }

    /**
     * The same on at most so many threads, with the same result.
     *
     * @throws IllegalArgumentException if there is no thread
     */
    public Decoded decode(int threads) {
        return decode(threads, Matrix.zeros(rows, columns));
    }

    /**
     * The same, written over a matrix of the shape of C.
     *
     * @throws IllegalArgumentException if there is no thread, or the shape differs
     */
    public Decoded decode(int threads, Matrix result) {
        if (result.rows() != rows || result.columns() != columns) {
            throw new IllegalArgumentException(
                    "the result must have room for " + rows + " x " + columns + ": it is " + result);
        }
        if (!complete()) {
            Arrays.fill(result.values(), 0);
        }
        Assembly assembly = new Assembly(recovery, values, Shares.checked(threads));
        Partition partition = code.partition();
        int height = partition.blockRows(rows);
        int width = partition.blockColumns(columns);
        double condition = 1;
        List<Block> targets = new ArrayList<>();
        List<List<Integer>> sums = new ArrayList<>();
        Map<Integer, Matrix> cropped = new LinkedHashMap<>();
        for (int block = 0; block < partition.rows() * partition.columns(); block++) {
            List<Integer> parts = parts(block);
            if (parts.isEmpty()) {
                continue;
            }
            for (int part : parts) {
                condition = Math.max(condition, recovery.condition(part));
            }
            int row = block / partition.columns() * height;
            int column = block % partition.columns() * width;
            if (Block.inside(result, row, column, height, width)) {
                targets.add(Block.of(result, row, column, height, width));
            } else {
                Matrix whole = Matrix.zeros(height, width);
                cropped.put(block, whole);
                targets.add(Block.of(whole));
            }
            sums.add(parts);
        }
        assembly.sums(targets, sums);
        cropped.forEach((block, whole) ->
                result.paste(whole, block / partition.columns() * height, block % partition.columns() * width));
        return new Decoded(result, pieces(), complete(), assembly.operations(), condition);
    }

    /**
     * A piece alone.
     *
     * @throws IllegalArgumentException if it is not known
     */
    public Matrix piece(int number) {
        return new Assembly(recovery, values, 1).wanted(number);
    }

    /** What a block is put together from: itself where it is known as a whole, else those of its pieces that are. */
    private List<Integer> parts(int block) {
        int whole = code.whole(block);
        return recovery.isRecovered(whole)
                ? List.of(whole)
                : code.parts(block).stream().filter(recovery::isRecovered).toList();
    }
}
