/**
 * What a step of learning costs, beside PyTorch and on a quarter of a core. Both sides run in processes of their own that speak
 * the same lines, so that time and memory are measured alike.
 */
@NullMarked
package starling.experiments.training;

import org.jspecify.annotations.NullMarked;
