/**
 * The values objective: gives units to workers and keeps the few activations and partial sums that matter most, layer by
 * layer, with the remaining weights re-fitted by least squares to what the original computes on calibration samples. Also the
 * baselines that the claim is judged against.
 */
@NullMarked
package starling.repurpose.values;

import org.jspecify.annotations.NullMarked;
