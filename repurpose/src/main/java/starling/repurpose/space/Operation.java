package starling.repurpose.space;

import starling.models.graph.Node;

/** What splitting does with one operator. */
public sealed interface Operation {
    Node node();

    /** Computed by every worker on its own part of the value; the space goes on. */
    record Carry(Node node, Rule rule) implements Operation {}

    /** Ends the space of its input and opens the one of its output; needs an exchange. */
    record Linear(Node node, LinearMap map) implements Operation {}

    /** Run whole on one worker after its inputs were gathered there, or by the requester at the end. */
    record Whole(Node node, String reason) implements Operation {}

    /** Hands a value to every worker: each sends its part to all others. */
    record Share(Node node) implements Operation {}

    /** How a carried operator is written for a worker's part. */
    enum Rule {
        /** Reads only replicated values: every worker computes it whole. */
        REPLICATED,
        /** The node as it is. */
        SAME,
        /** Element by element; constants are cut to the worker's part. */
        ELEMENTWISE,
        /** Inputs 1 and on are parameters per index, cut along their first dimension. */
        PARAMETERS,
        /** A depthwise convolution: parameters cut, group set to the part's channels. */
        DEPTHWISE,
        /** Same elements in the same order, another shape. */
        RESHAPE,
        /** Transpose of flattened elements. */
        PERMUTE,
        /** Some indices along the unit dimension (Slice, Split, Gather). */
        SELECT,
        /** Parts of several values along the unit dimension, one after the other. */
        CONCAT
    }
}
