package starling.codes.overair;

import starling.codes.random.Draw;

/**
 * A node that sends.
 *
 * @param weight alpha_i of its gradient in the sum, its share of the data; positive
 * @param participation pi_i, the probability that it sends in a round; above 0, at most 1
 * @param energy P_i, the mean energy of a frame, all numbers together, that it must not exceed; positive, may be infinite
 */
public record Sender(double weight, double participation, double energy) {

    public Sender {
        if (!(weight > 0 && weight < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("the weight of a node must be positive and finite: " + weight);
        }
        if (!(participation > 0 && participation <= 1)) {
            throw new IllegalArgumentException(
                    "the probability that a node sends must be above 0 and at most 1: " + participation);
        }
        if (!(energy > 0)) {
            throw new IllegalArgumentException("the energy limit of a node must be positive: " + energy);
        }
    }

    /** A node that sends in every round, with whatever energy it takes. */
    public static Sender of(double weight) {
        return new Sender(weight, 1, Double.POSITIVE_INFINITY);
    }

    /** b_i: whether it sends in a round, drawn by seed, node and round; before a gradient is computed for nothing. */
    public boolean takesPart(Draw draw) {
        return draw.own(Draw.Purpose.PARTICIPATION).uniform(0) < participation;
    }
}
