/** Measures what a device can do: its computing with ONNX Runtime, and the way over the broker. */
@NullMarked
package starling.agent.bench;

import org.jspecify.annotations.NullMarked;
