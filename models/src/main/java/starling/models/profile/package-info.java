/** What a device can do, measured on it and read where plans are made. */
@NullMarked
package starling.models.profile;

import org.jspecify.annotations.NullMarked;
