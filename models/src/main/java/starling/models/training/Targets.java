package starling.models.training;

import starling.models.UnfitException;
import starling.models.data.Dataset;
import starling.models.gradient.Loss;

/**
 * What a network should answer, from the class of a sample: softmax cross-entropy takes the class itself; the other losses take
 * the class as a number where there is one answer, and a 1 in its place among zeros where there are several.
 *
 * @param loss which loss
 * @param answers numbers that the network answers with
 */
record Targets(Loss loss, int answers) {

    /**
     * Checks every label.
     *
     * @throws UnfitException naming the first that is out of range
     */
    void requireLabels(Dataset data) {
        int below = answers > 1 ? answers : loss == Loss.SIGMOID_CROSS_ENTROPY ? 2 : Integer.MAX_VALUE;
        for (int i = 0; i < data.count(); i++) {
            int label = data.label(i);
            if (label < 0 || label >= below) {
                throw new UnfitException("labels must be at least 0 and below " + below + ", for "
                        + loss.words() + " of " + answers + (answers == 1 ? " answer" : " answers") + ": sample " + i
                        + " of " + data.name() + " has " + label);
            }
        }
    }

    /** Writes the number that stands for a class at {@code answer}. */
    float at(int label, int answer) {
        return answers == 1 ? label : label == answer ? 1 : 0;
    }
}
