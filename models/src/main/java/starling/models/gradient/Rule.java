package starling.models.gradient;

import starling.models.graph.Node;

/** The derivative of one operator. */
@FunctionalInterface
interface Rule {
    /**
     * Adds what a node contributes to the gradients of those of its inputs that {@linkplain Backward#wants want} one.
     *
     * @param node the operator; its first output is what the gradient belongs to
     * @param dy name of the gradient of the loss with respect to that output, of the same shape
     */
    void apply(Node node, String dy, Backward backward);
}
