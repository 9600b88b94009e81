/**
 * Random linear coding over a simulated multiple-access channel: measured errors beside formulas, digital codes at as many
 * channel uses beside it, whole trials by both, and how fast frames are added.
 */
@NullMarked
package starling.experiments.overair;

import org.jspecify.annotations.NullMarked;
