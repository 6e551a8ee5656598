package org.quirkwatch.scoring;

import org.quirkwatch.verdictlog.Store;

/// On the embedded database.
class EmbeddedAccessTest extends AccessContract {

    @Override
    Store open() {
        return Store.embedded();
    }
}
