"""削除依頼: requests from draft to their end."""
