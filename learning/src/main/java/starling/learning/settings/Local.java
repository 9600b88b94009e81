package starling.learning.settings;

/**
 * What a node does in a round it takes part in.
 *
 * @param steps of gradient descent from the round's model; with one step the update is the gradient itself, with more it is what
 *     the steps moved the model by, divided by the rate
 * @param batch samples of a step; at most those the node has
 * @param rate of the steps
 */
public record Local(int steps, int batch, double rate) {}
