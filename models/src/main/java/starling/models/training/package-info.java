/**
 * Learning with nothing but ONNX Runtime: a gradient graph is run batch by batch, an optimiser moves the parameters, masks hold
 * pruned weights at zero, and checkpoints let a run go on to the same bits.
 */
@NullMarked
package starling.models.training;

import org.jspecify.annotations.NullMarked;
