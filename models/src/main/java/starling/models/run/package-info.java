/** Running whole networks with ONNX Runtime: sessions, batches, and what a network's values really look like. */
@NullMarked
package starling.models.run;

import org.jspecify.annotations.NullMarked;
