package starling.router.trial;

import java.util.BitSet;
import java.util.List;
import starling.learning.node.Answer;

/** The nodes of a trial, simulated or agents. */
interface Fleet extends AutoCloseable {
    /**
     * A node.
     *
     * @param number from 0
     * @param samples that it learns from
     */
    record Node(int number, int samples) {}

    /** Takes what a node answers; called by several threads. */
    @FunctionalInterface
    interface Taker {
        /**
         * An answer.
         *
         * @param index of the node among those that were asked
         * @param loss mean of its batches; NaN in an answer without an update
         */
        void take(int index, double loss, Answer answer);
    }

    /** All nodes that can be asked now, in the order of their numbers. */
    List<Node> there();

    /** Samples of all nodes of the trial, also of those that are away. */
    double samples();

    /**
     * Each of these nodes computes its update from these weights and says what it makes of it. Returns when all have answered or
     * nobody is waited for any more.
     */
    void update(List<Node> some, long round, float[] weights, Taker taker);

    /** Each of these nodes, which have reported, sends its update with this scale. */
    void send(List<Node> some, long round, double scale, Taker taker);

    /**
     * Each of these nodes, which have sent masked frames, tells the keys that it shares with the missing ones.
     *
     * @param missing numbers of nodes whose frames did not come
     */
    void reveal(List<Node> some, BitSet missing, long round, Taker taker);

    /**
     * What has been published since the last call.
     *
     * @param up bytes, by all nodes
     * @param down bytes, for all nodes together that they were for
     */
    record Traffic(long up, long down) {}

    /**
     * What a round has taken, as it was metered.
     *
     * @param length numbers of the model
     */
    Traffic traffic(Round round, int length);

    /** Tells the nodes that the trial is over. */
    void finish();

    @Override
    void close();
}
